import transit from "transit-js";

/**
 * Records as streamers send them: A small and flat, like the first streamer's; B wide and nested, like
 * GitHub's.
 */
export const records = { A: smallRecord, B: wideRecord };

function smallRecord(n: number): Record<string, unknown> {
  return {
    orgId: 9999,
    name: `Stitch Support ${n}`,
    id: n,
    status: n % 3 === 0 ? "ENABLED" : "DISABLED",
    createdAt: new Date(1468435557000 + n * 1000),
    openConversationCount: n % 97,
    totalConversationCount: n % 1009,
  };
}

const paragraph =
  "A bookmark ahead of its records is data lost for good.\nSo: archive, validate, forward, commit. ";

function wideRecord(n: number): Record<string, unknown> {
  const url = `https://api.example.com/repos/persister/persister/issues/${n}`;
  return {
    id: n,
    node_id: `MDU6SXNzdWU${n}`,
    url,
    title: `Records of line ${n} are "accepted", the bookmark is safe`,
    body: paragraph.repeat(12),
    user: person(n),
    assignees: [person(n + 1), person(n + 2)],
    labels: ["bug", "help wanted", "streamer"].map((name, i) => ({
      id: n * 10 + i,
      name,
      color: "ededed",
      default: false,
    })),
    milestone: { ...links(url), id: n, title: "v1", creator: person(n + 3), open_issues: 4, due_on: null },
    comments: n % 7,
    score: n / 3,
    created_at: new Date(1468435557000 + n * 1000),
    updated_at: new Date(1468435557000 + n * 2000),
    closed_at: null,
    locked: false,
    reactions: {
      url: `${url}/reactions`,
      total_count: n % 5,
      "+1": 1,
      "-1": 0,
      laugh: 0,
      hooray: 0,
      heart: 0,
    },
  };
}

const links = (url: string) => ({ html_url: url, labels_url: `${url}/labels`, events_url: `${url}/events` });

function person(n: number) {
  const url = `https://api.example.com/users/person-${n}`;
  return {
    login: `person-${n}`,
    id: n,
    avatar_url: `${url}.png`,
    url,
    ...links(url),
    type: "User",
    site_admin: false,
  };
}

const header = (contentType: string) => `stitchstream/0.1\nContent-Type: ${contentType}\n--\n`;

/** A stitchstream of about `bytes` bytes, without and with its header. */
export function jsonlines(record: (n: number) => object, bytes: number): { lines: string[]; body: Buffer } {
  return streamOf("jsonline", bytes, n =>
    JSON.stringify({ type: "RECORD", stream: "issues", key_fields: ["id"], record: record(n) }),
  );
}

export function transitLines(
  record: (n: number) => object,
  bytes: number,
): { lines: string[]; body: Buffer } {
  const writer = transit.writer("json");
  return streamOf("transit", bytes, n =>
    writer.write(transitOf({ type: "RECORD", stream: "issues", key_fields: ["id"], record: record(n) })),
  );
}

/** In Singer's format: a SCHEMA of everything in the records, then the records. */
export function typedLines(record: (n: number) => object, bytes: number): { lines: string[]; body: Buffer } {
  const schema = schemaOf(JSON.parse(JSON.stringify(record(1))));
  const declared = JSON.stringify({ type: "SCHEMA", stream: "issues", schema, key_properties: ["id"] });
  return streamOf("jsonline", bytes, n =>
    n === 0 ? declared : JSON.stringify({ type: "RECORD", stream: "issues", record: record(n) }),
  );
}

function schemaOf(value: unknown): object {
  if (Array.isArray(value)) return { type: "array", items: schemaOf(value[0]) };
  if (value === null) return { type: ["null", "string"] };
  if (typeof value === "string")
    return /^\d{4}-.*Z$/.test(value) ? { type: "string", format: "date-time" } : { type: "string" };
  if (typeof value !== "object") return { type: typeof value };
  const properties = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, schemaOf(each)]));
  return { type: "object", properties };
}

function streamOf(contentType: string, bytes: number, line: (n: number) => string) {
  const lines: string[] = [];
  for (let size = 0, n = 0; size < bytes; n++) {
    const text = line(n);
    lines.push(text);
    size += text.length + 1;
  }
  return { lines, body: Buffer.from(`${header(contentType)}${lines.join("\n")}\n`) };
}

export function transitOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(transitOf);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return transit.map(Object.entries(value).flatMap(([key, each]) => [key, transitOf(each)]));
}
