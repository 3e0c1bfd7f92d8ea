import transit from "transit-js";
import { asPythonPrints } from "../../functions/values/python-text.ts";

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

export const headerOf = (contentType: string) => `stitchstream/0.1\nContent-Type: ${contentType}\n--\n`;

/** A body of about so many bytes, and its lines without a header. */
export interface Body {
  readonly lines: string[];
  readonly body: Buffer;
}

type Make = (n: number) => Record<string, unknown>;
const oneStream = () => "issues";
export const messageOf = (n: number, record: Make, streamOf: (n: number) => string = oneStream) => ({
  type: "RECORD",
  stream: streamOf(n),
  key_fields: ["id"],
  record: record(n),
});

export const jsonlines = (record: Make, bytes: number, streamOf = oneStream as (n: number) => string): Body =>
  bodyOf(headerOf("jsonline"), bytes, n => JSON.stringify(messageOf(n, record, streamOf)));

export function transitLines(record: Make, bytes: number): Body {
  const writer = transit.writer("json");
  return bodyOf(headerOf("transit"), bytes, n => writer.write(transitOf(messageOf(n, record, oneStream))));
}

/** A Singer tap's output, printed as Python does: a SCHEMA, and records that conform. */
export function singerLines(schema: object, record: Make, bytes: number, key = "id"): Body {
  const declared = { type: "SCHEMA", stream: "s", schema, key_properties: [key] };
  return bodyOf("", bytes, n =>
    pythonOf(n === 0 ? declared : { type: "RECORD", stream: "s", record: record(n) }),
  );
}

/** Returns JSON with Python's blanks after commas and colons, and its escapes of what is beyond ASCII. */
export function pythonOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(", ")}]`;
  if (value === null || typeof value !== "object") return asPythonPrints(JSON.stringify(value));
  const members = Object.entries(value).map(([name, each]) => `${pythonOf(name)}: ${pythonOf(each)}`);
  return `{${members.join(", ")}}`;
}

export function bodyOf(head: string, bytes: number, line: (n: number) => string): Body {
  const lines: string[] = [];
  for (let size = 0, n = 0; size < bytes; n++) {
    const text = line(n);
    lines.push(text);
    size += text.length + 1;
  }
  return { lines, body: Buffer.from(`${head}${lines.join("\n")}\n`) };
}

export function transitOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(transitOf);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  // A set or a list is transit's own already. Objects that fast-check draws have no prototype.
  if (![null, Object.prototype].includes(Object.getPrototypeOf(value))) return value;
  return transit.map(Object.entries(value).flatMap(([key, each]) => [key, transitOf(each)]));
}
