import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import transit from "transit-js";
import { afterEach, describe, expect, it } from "vitest";
import { listen } from "../../infra/local/listen.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import {
  bookmark,
  getBookmark,
  jsonline,
  post,
  record,
  rows,
  startTestStack,
  transit as transitBody,
  useStack,
} from "./local-stack.ts";

/** One URL accepts every dialect of the format: docs/format.md. */
const stack = useStack();
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

const lines = (...messages: (object | string)[]) =>
  messages.map(each => (typeof each === "string" ? each : JSON.stringify(each))).join("\n");
const id = { id: { type: "integer" } };
const schema = { type: "object", properties: { ...id, name: { type: ["null", "string"] } } };
const flagged = {
  type: "object",
  properties: { id: { type: "integer", key: true }, name: { type: "string" } },
};
const changes = [
  { id: 1, name: "one" },
  { id: 2, name: "two" },
  { id: 1, name: "one again" },
];

/** The rows of the stream `t` after a body, and the bookmark. */
async function landed(streamer: string, body: string | Uint8Array, order = "id") {
  const response = await post(stack(), streamer, body.toString().replaceAll('"t"', `"${streamer}"`));
  const receipt = (await response.json()) as Record<string, unknown>;
  expect({ status: response.status, ...receipt }).toMatchObject({ status: 200 });
  const found = await rows(stack(), `select * exclude (_sdc_sequence) from "${streamer}" order by ${order}`);
  return {
    receipt,
    found,
    bookmark: await (await getBookmark(stack(), streamer, { accept: "application/json" })).text(),
  };
}

const toTransit = (message: object) => {
  const of = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(of)
      : typeof value === "object" && value !== null
        ? transit.map(Object.entries(value).flatMap(([name, each]) => [name, of(each)]))
        : value;
  return of(message);
};
const compact = transit.writer("json");
const verbose = transit.writer("json-verbose");

const inlineKeys = [...changes.map(each => record("t", each, ["id"])), bookmark(3)];
const inlineSchema = [...changes.map(each => ({ ...record("t", each), schema: flagged })), bookmark(3)];
const declaredFlags = [
  { type: "SCHEMA", stream: "t", schema: flagged },
  ...changes.map(each => record("t", each)),
  bookmark(3),
];
const singer = [
  { type: "SCHEMA", stream: "t", schema, key_properties: ["id"], bookmark_properties: ["id"] },
  ...changes.map(each => ({ ...record("t", each), time_extracted: "2026-11-23T12:00:00.123456Z" })),
  { type: "STATE", value: 3 },
];

describe("the same rows land from", () => {
  it.each([
    ["inline-keys", jsonline(...inlineKeys)],
    ["inline-keys-transit", transitBody(...inlineKeys.map(each => compact.write(toTransit(each))))],
    ["inline-keys-verbose", transitBody(...inlineKeys.map(each => verbose.write(toTransit(each))))],
    ["inline-schema", jsonline(...inlineSchema)],
    ["inline-schema-transit", transitBody(...inlineSchema.map(each => compact.write(toTransit(each))))],
    ["declared-flags", jsonline(...declaredFlags)],
    ["declared-flags-transit", transitBody(...declaredFlags.map(each => compact.write(toTransit(each))))],
    ["singer", lines(...singer)],
    ["singer-transit", transitBody(...singer.map(each => compact.write(toTransit(each))))],
    ["singer-header", jsonline(...singer)],
    ["singer-space", `\ufeff\r\n \r\n${lines(...singer)}`.replaceAll("\n", "\r\n")],
    ["python-space", lines(...singer.map(each => JSON.stringify(each, null, 1).replaceAll("\n", "")))],
    [
      "lower-case",
      lines(...singer)
        .replaceAll('"RECORD"', '"record"')
        .replaceAll('"SCHEMA"', '"Schema"'),
    ],
    ["unknown", lines({ type: "HEARTBEAT", stream: "t" }, ...singer)],
  ])("%s", async (name, body) => {
    const { found, bookmark: value } = await landed(name, body);
    expect(found).toEqual({
      columns: ["id", "name"],
      rows: [
        ["1", "one again"],
        ["2", "two"],
      ],
    });
    expect(value).toBe("3");
  });
});

describe("a stream with a schema", () => {
  const sentBy = async (...messages: object[]) => {
    const api = await startScriptedServer([{ status: 201 }]);
    const other = await startTestStack({ IMPORT_API_URL: api.url });
    open.push(other, api);
    const response = await post(other, "sent", lines(...messages));
    expect(await response.json()).toMatchObject({ records: expect.any(Number) });
    return api.requests.map(({ path, body }) => ({ path, ...(JSON.parse(body.toString()) as object) }));
  };

  it("goes to /batch, one table per request, with its schema, keys and other fields", async () => {
    const version = 1_795_000_000_000;
    const sent = await sentBy(
      { type: "SCHEMA", stream: "a", schema, key_properties: ["id"], bookmark_properties: ["name"] },
      { type: "SCHEMA", stream: "b", schema, key_properties: [] },
      { ...record("a", { id: 1 }), version, time_extracted: "2026-11-23T12:00:00Z" },
      record("b", { id: 1 }),
      { ...record("a", { id: 2 }), version },
    );
    expect(sent).toMatchObject([
      {
        path: "/v2/import/batch",
        table_name: "a",
        schema,
        key_names: ["id"],
        bookmark_names: ["name"],
        table_version: version,
        messages: [
          { action: "upsert", data: { id: 1 }, time_extracted: "2026-11-23T12:00:00Z" },
          { action: "upsert", data: { id: 2 } },
        ],
      },
      { path: "/v2/import/batch", table_name: "b", messages: [{ data: { id: 1 } }] },
    ]);
    expect(sent[1]).not.toHaveProperty("key_names");
  });

  it("has a batch of its own for each of its schemas", async () => {
    const wider = { type: "object", properties: { ...schema.properties, at: { type: "string" } } };
    const sent = await sentBy(
      { type: "SCHEMA", stream: "a", schema, key_properties: ["id"] },
      record("a", { id: 1 }),
      { type: "SCHEMA", stream: "a", schema: wider, key_properties: ["id"] },
      record("a", { id: 2, at: "x" }),
    );
    expect(sent).toMatchObject([
      { schema, messages: [{ data: { id: 1 } }] },
      { schema: wider, messages: [{ data: { id: 2 } }] },
    ]);
  });

  it("is checked against its schema: every fault is reported with line and field", async () => {
    const typed = {
      type: "object",
      required: ["id"],
      additionalProperties: false,
      properties: { ...id, at: { type: "string", format: "date-time" } },
    };
    const response = await post(
      stack(),
      "checked",
      lines(
        { type: "SCHEMA", stream: "s", schema: typed },
        record("s", { id: 1, at: "2026-11-23T12:00:00Z" }),
        record("s", { id: "secret", at: "yesterday" }),
        record("s", { other: 1 }),
      ),
    );
    const problem = (await response.json()) as { errors: object[] };
    expect({ status: response.status, ...problem }).toMatchObject({
      status: 422,
      errors: [
        { line: 3, stream: "s", field: "id", message: "by the stream's schema, must be integer" },
        { line: 3, stream: "s", field: "at", message: expect.stringContaining('format "date-time"') },
        { line: 4, stream: "s", field: "id", message: expect.stringContaining("required") },
        { line: 4, stream: "s", field: "other", message: expect.stringContaining("not allowed") },
      ],
    });
    expect(JSON.stringify(problem)).not.toContain("secret");
  });

  it("may be of draft 4, whose exclusive bounds are booleans", async () => {
    const draft4 = { type: "object", properties: { n: { minimum: 0, exclusiveMinimum: true } } };
    const response = await post(
      stack(),
      "draft4",
      lines({ type: "SCHEMA", stream: "d", schema: draft4 }, record("d", { n: 0 })),
    );
    expect(await response.json()).toMatchObject({ status: 422, errors: [{ line: 2, field: "n" }] });
  });

  it("is checked against patterns on which backtracking would never finish", async () => {
    const slow = {
      type: "object",
      properties: { a: { type: "string", pattern: "^(a+)+$" }, list: { type: "array", uniqueItems: true } },
      patternProperties: { "^(b+)+$": { type: "string" } },
      additionalProperties: false,
    };
    const long = "a".repeat(60);
    const response = await post(
      stack(),
      "slow",
      lines(
        { type: "SCHEMA", stream: "s", schema: slow },
        record("s", { a: long, list: [1, 2], bbb: "x" }),
        record("s", { a: `${long}!` }),
        record("s", { list: [1, 1] }),
        record("s", { [`${"b".repeat(60)}!`]: "x" }),
      ),
    );
    expect(await response.json()).toMatchObject({
      status: 422,
      errors: [{ line: 3, field: "a" }, { line: 4, field: "list" }, { line: 5 }],
    });
  });

  it("leaves patterns of other dialects to the Import API", async () => {
    const schema = { type: "object", properties: { a: { type: "string", pattern: "^(?!b)" } } };
    await sentBy({ type: "SCHEMA", stream: "a", schema }, record("a", { a: "c" }));
  });

  it("may be of draft 7, which the Import API does not accept", async () => {
    const schema = {
      type: "object",
      properties: { ...id, any: true, n: { type: "number", exclusiveMinimum: 0 } },
    };
    await landed(
      "draft-7",
      lines(
        { type: "SCHEMA", stream: "draft-7", schema, key_properties: ["id"] },
        record("draft-7", { id: 1, any: { a: "x" }, n: 0.5 }),
      ),
    );
    expect((await rows(stack(), 'select n from "draft-7"')).rows).toEqual([["0.5"]]);
  });

  it("is refused for an integer that the Import API refuses", async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } } };
    const ofN = (literal: string) => `{"type":"RECORD","stream":"s","record":{"n":${literal}}}`;
    const body = lines({ type: "SCHEMA", stream: "s", schema }, ofN("5"), ofN("5.0"));
    const response = await post(stack(), "integers", body);
    expect(await response.json()).toMatchObject({ status: 422, errors: [{ line: 3, field: "n" }] });
  });

  it("keeps every digit, in JSON and in transit", async () => {
    const numbers = {
      type: "object",
      properties: { ...id, big: { type: "integer" }, exact: { type: "number" } },
    };
    const text = '{"id":1,"big":9223372036854775807,"exact":0.1000000000000000055511151231257827}';
    await landed(
      "digits",
      lines(
        { type: "SCHEMA", stream: "t", schema: numbers, key_properties: ["id"] },
        `{"type":"RECORD","stream":"t","record":${text}}`,
      ),
    );
    const asTransit = [
      compact.write(toTransit({ type: "SCHEMA", stream: "t", schema: numbers, key_properties: ["id"] })),
      '["^ ","type","RECORD","stream","t","record",["^ ","id",1,"big","~i9223372036854775807","exact",' +
        '"~f0.1000000000000000055511151231257827"]]',
    ];
    await landed("digits-transit", transitBody(...asTransit));
    for (const table of ["digits", "digits-transit"])
      expect((await rows(stack(), `select big, exact from "${table}"`)).rows).toEqual([
        ["9223372036854775807", "0.1000000000000000055511151231257827"],
      ]);
  });
});

describe("a version", () => {
  const versioned = (n: number, version: number) => ({ ...record("t", { id: n, name: "x" }), version });

  it("replaces the earlier ones once it is activated", async () => {
    const declared = { type: "SCHEMA", stream: "t", schema, key_properties: ["id"] };
    await landed("versions", lines(declared, versioned(1, 1), versioned(2, 1)));
    const { found } = await landed(
      "versions",
      lines(
        declared,
        versioned(2, 2),
        versioned(3, 2),
        { type: "ACTIVATE_VERSION", stream: "t", version: 2 },
        bookmark(9),
      ),
    );
    expect(found.rows.map(([each]) => each)).toEqual(["2", "3"]);
  });

  it("of records with keys and without a schema replaces the earlier ones, too", async () => {
    const keyed = (id: number, version: number) => ({ ...record("t", { id }, ["id"]), version });
    await landed("keyed-versions", jsonline(keyed(1, 1), keyed(2, 1)));
    const activation = { type: "ACTIVATE_VERSION", stream: "t", version: 2 };
    const { found } = await landed("keyed-versions", jsonline(keyed(2, 2), activation, bookmark(1)));
    expect(found.rows.map(([each]) => each)).toEqual(["2"]);
  });

  it("is activated only once all its records are accepted; a bookmark after it waits for it", async () => {
    const answered: string[] = [];
    const api = await startScriptedServer([{ status: 201 }]);
    const other = await startTestStack({ IMPORT_API_URL: api.url });
    open.push(other, api);
    const declared = { type: "SCHEMA", stream: "t", schema, key_properties: ["id"] };
    const many = Array.from({ length: 3 }, (_, n) => ({ ...record(`log${n}`, { n }) }));
    const response = await post(
      other,
      "activated",
      lines(
        declared,
        versioned(1, 2),
        ...many,
        { type: "ACTIVATE_VERSION", stream: "t", version: 2 },
        record("late", { n: 1 }),
        bookmark(5),
      ),
    );
    expect(await response.json()).toMatchObject({ batches: 6, bookmark: 5 });
    for (const { body } of api.requests)
      answered.push(body.toString().includes("activate_version") ? "activation" : "records");
    expect(answered).toEqual(["records", "records", "records", "records", "activation", "records"]);
    const activation = JSON.parse(api.requests[4]!.body.toString());
    expect(activation).toMatchObject({
      table_name: "t",
      table_version: 2,
      key_names: ["id"],
      schema,
      messages: [{ action: "activate_version" }],
    });
  });
});

it("an activation without a record has a sequence of its own, which no later delivery gets", async () => {
  const api = await startScriptedServer([{ status: 201 }]);
  const now = Date.now();
  const other = await startTestStack(
    { IMPORT_API_URL: api.url },
    { clock: { now: () => now, sleep: () => Promise.resolve() } },
  );
  const declared = { type: "SCHEMA", stream: "t", schema, key_properties: ["id"] };
  const activation = { type: "ACTIVATE_VERSION", stream: "t", version: 1 };
  for (const line of [activation, activation, record("t", { id: 1, name: "x" })])
    expect((await post(other, "activated", jsonline(declared, line))).status).toBe(200);
  const sequences = api.requests.map(({ body }) => BigInt(/"sequence":(\d+)/.exec(body.toString())![1]!));
  expect(sequences).toEqual([0n, 1n, 2n].map(n => sequences[0]! + n));
  await Promise.all([other.close(), api.close()]);
});

it("nothing overtakes an activation, even with few batches", async () => {
  const order: string[] = [];
  let isHeld = true;
  const server = createServer(async (message, response) => {
    const body = (await text(message)).replaceAll(" ", "");
    const what = body.includes("activate_version")
      ? "activation"
      : `records ${/"name":"(\w+)"/.exec(body)![1]}`;
    order.push(`${what} begins`);
    // The first one is answered once everything that may be in flight has arrived.
    if (isHeld) await setTimeout(100);
    isHeld = false;
    order.push(`${what} ends`);
    response.writeHead(201).end();
  });
  const api = await listen(server);
  const other = await startTestStack({ IMPORT_API_URL: api.url });
  open.push(other, api);
  const row = (name: string, version: number) => ({ ...record("t", { id: 1, name }), version });
  const activate = { type: "ACTIVATE_VERSION", stream: "t", version: 1 };
  const declared = { type: "SCHEMA", stream: "t", schema, key_properties: ["id"] };
  await post(other, "ordered", lines(declared, row("before", 1), activate, row("after", 2)));
  expect(order).toEqual(
    ["records before", "activation", "records after"].flatMap(what => [`${what} begins`, `${what} ends`]),
  );
});
