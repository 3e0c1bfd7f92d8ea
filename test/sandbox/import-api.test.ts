import { appendFile, type FileHandle, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { linesOf, logPathOf, openLog } from "../../infra/local/import-api/log.ts";
import { startImportApi } from "../../infra/local/import-api/server.ts";
import { listTables, queryRows } from "../../infra/local/import-api/tables.ts";

const account = { clientId: 4242, token: "at_sandbox" };
let dir: string;
let api: Awaited<ReturnType<typeof startImportApi>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-sandbox-"));
  api = await startImportApi({ dir, ...account });
});
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true, force: true });
});

interface Request {
  readonly path?: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

async function call({
  path = "push",
  body = [],
  type = "application/json",
  headers,
  method = "POST",
}: Request) {
  const response = await fetch(`${api.url}/v2/import/${path}`, {
    method,
    headers: { authorization: `Bearer ${account.token}`, "content-type": type, ...headers },
    ...(method === "GET" ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? (JSON.parse(text) as object) : text };
}

const upsert = (changes: object = {}) => ({
  client_id: 4242,
  table_name: "t",
  sequence: 1,
  action: "upsert",
  key_names: ["id"],
  data: { id: 1 },
  ...changes,
});
const batch = (changes: object = {}) => ({
  table_name: "b",
  schema: { type: "object" },
  messages: [{ action: "upsert", sequence: 1, data: { id: 1 } }],
  ...changes,
});
const unprocessable = (reason: unknown) => ({
  status: 422,
  body: { status: "ERROR", error: "Request cannot be processed; see errors.", errors: [{ reason }] },
});
const rows = async (sql: string) => (await queryRows(dir, sql)).rows;

describe("the sandbox Import API", () => {
  it.each<[string, Request, { status: number; body: unknown }]>([
    ["a wrong method", { method: "GET" }, { status: 405, body: "Method not allowed." }],
    ["an unknown path", { path: "pull" }, { status: 404, body: { message: "Not Found" } }],
    ["no token", { headers: { authorization: "" } }, { status: 401, body: { message: "Not Authorized" } }],
    [
      "a wrong token",
      { headers: { authorization: "Bearer x" } },
      { status: 401, body: { message: "Not Authorized" } },
    ],
    [
      "another content type",
      { type: "text/csv" },
      {
        status: 415,
        body: {
          status: "ERROR",
          message:
            "Unsupported content-type text/csv. Please send application/json or application/transit+json",
        },
      },
    ],
    [
      "transit as a batch",
      { path: "batch", type: "application/transit+json" },
      { status: 415, body: "Content-Type must be application/json" },
    ],
    [
      "what is no array",
      { body: {} },
      { status: 400, body: { status: "ERROR", message: "An array of records is expected" } },
    ],
    [
      "broken JSON",
      { body: "[" },
      { status: 400, body: expect.objectContaining({ message: "Malformed json in the body!" }) },
    ],
    [
      "no client id",
      { body: [upsert({ client_id: undefined })] },
      { status: 401, body: { status: "ERROR", error: "Not Authenticated.", errors: null } },
    ],
    [
      "another client's id",
      { body: [upsert({ client_id: 1 })] },
      { status: 403, body: expect.objectContaining({ error: "Forbidden" }) },
    ],
    [
      "a blank table",
      { body: [upsert({ table_name: "" })] },
      unprocessable({ table_name: ["can't be blank"] }),
    ],
    [
      "a sequence that is text",
      { body: [upsert({ sequence: "1" })] },
      unprocessable({ sequence: ["should be an integer", "should be a number"] }),
    ],
    [
      "a key that is missing",
      { body: [upsert({ data: {} })] },
      unprocessable({ data: ["data must include keys"] }),
    ],
    [
      "a key that is null",
      { body: [upsert({ data: { id: null } })] },
      unprocessable({ data: ["keys cannot not be null in data"] }),
    ],
    [
      "a key too long",
      { body: [upsert({ data: { id: "x".repeat(1_025) } })] },
      unprocessable({ data: ["String keys cannot be longer than 1024 characters"] }),
    ],
    [
      "an unknown member",
      { body: [upsert({ key_properties: ["id"] })] },
      unprocessable({ key_properties: ["unknown key"] }),
    ],
    [
      "more than 20,000 records",
      { body: Array(20_001).fill(upsert()) },
      { status: 400, body: expect.anything() },
    ],
    [
      "more than 20 MB",
      { body: " ".repeat(20_000_001) },
      {
        status: 413,
        body: {
          status: "ERROR",
          message: "Request rejected: request size (20000001s bytes) exceeds the maximum",
        },
      },
    ],
    [
      "a batch without messages",
      { path: "batch", body: batch({ messages: undefined }) },
      { status: 400, body: { error: "Request failed validation:#: required key [messages] not found" } },
    ],
    [
      "a batch with a client id",
      { path: "batch", body: batch({ client_id: 1 }) },
      {
        status: 400,
        body: { error: "Request failed validation:#: extraneous key [client_id] is not permitted" },
      },
    ],
    [
      "a table name that is a number",
      { path: "batch", body: batch({ table_name: 1 }) },
      {
        status: 400,
        body: { error: "Request failed validation:#/table_name: expected type: String, found: Integer" },
      },
    ],
    [
      "a schema of an unknown type",
      { path: "batch", body: batch({ schema: { type: "orange" } }) },
      { status: 400, body: { error: "Invalid JSON schema: unknown type: [orange]" } },
    ],
    [
      "a property that is no schema",
      { path: "batch", body: batch({ schema: { properties: { a: true } } }) },
      {
        status: 400,
        body: { error: "Invalid JSON schema: key null: expected type is one of JSONObject, found: Boolean" },
      },
    ],
    [
      "an exclusive bound that is no boolean",
      { path: "batch", body: batch({ schema: { properties: { a: { minimum: 1, exclusiveMinimum: 0 } } } }) },
      {
        status: 400,
        body: {
          error: "Invalid JSON schema: key exclusiveMinimum : expected type: Boolean , found : Integer",
        },
      },
    ],
    [
      "a batch without its key",
      { path: "batch", body: batch({ key_names: ["no"] }) },
      { status: 400, body: { error: "Record is missing key property no" } },
    ],
  ])("refuses %s", async (_name, request, expected) => {
    expect(await call(request)).toEqual(expected);
    await expect(rows("select * from t")).rejects.toThrow(/does not exist/);
  });

  it.each<[object | string, unknown, string[]]>([
    [{ type: "integer" }, "1", ["#/x: expected type: Number, found: String"]],
    [{ type: "integer" }, 2.5, ["#/x: expected type: Integer, found: Double"]],
    [{ type: "string" }, 5, ["#/x: expected type: String, found: Integer"]],
    [{ type: "string" }, 3_000_000_000, ["#/x: expected type: String, found: Long"]],
    [{ type: "boolean" }, "true", ["#/x: expected type: Boolean, found: String"]],
    [{ type: "object" }, [], ["#/x: expected type: JSONObject, found: JSONArray"]],
    [{ type: "integer" }, null, ["#/x: expected type: Number, found: Null"]],
    [
      { type: ["null", "string"] },
      5,
      [
        "#/x: #: no subschema matched out of the total 2 subschemas",
        "#/x: expected: null, found: Integer",
        "#/x: expected type: String, found: Integer",
      ],
    ],
    [
      { type: "array", items: { type: "integer" } },
      [1, "a", 2.5],
      [
        "#/x: 2 schema violations found",
        "#/x/1: expected type: Number, found: String",
        "#/x/2: expected type: Integer, found: Double",
      ],
    ],
    [{ enum: ["a"] }, "b", ["#/x: b is not a valid enum value"]],
    [{ maxLength: 2 }, "abc", ["#/x: expected maxLength: 2, actual: 3"]],
    [{ maximum: 10 }, 11, ["#/x: 11.0 is not lower or equal to 10"]],
    [
      { type: "string", format: "date-time" },
      "2020-01-13T21:25:03+0000",
      [
        "#/x: [2020-01-13T21:25:03+0000] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ, " +
          "yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z]",
      ],
    ],
  ])("answers %j and %j like the real one", async (schema, x, lines) => {
    const body = batch({
      schema: { type: "object", properties: { x: schema } },
      messages: [{ action: "upsert", sequence: 1, data: { x } }],
    });
    expect(await call({ path: "batch", body })).toEqual({
      status: 400,
      body: { error: `Record 0 for table b did not conform to schema:\n${lines.join("\n")}\n` },
    });
  });

  it("keeps the highest sequence of each key, and all rows without keys", async () => {
    const send = (sequence: number, name: string) =>
      call({ body: [upsert({ table_name: "kept", sequence, data: { id: 1, name } })] });
    expect(await send(2, "second")).toEqual({
      status: 201,
      body: { status: "OK", message: "Batch Accepted!" },
    });
    await send(1, "first");
    await send(2, "tied");
    expect(await rows("select name, _sdc_sequence from kept")).toEqual([["second", "2"]]);
    const appended = batch({ table_name: "appended" });
    await call({ path: "batch", body: appended });
    await call({ path: "batch", body: appended });
    expect(await rows("select id from appended")).toEqual([["1"], ["1"]]);
  });

  it("shows a version's rows once it is activated", async () => {
    const versioned = (version: number | undefined, messages: object[]) =>
      call({
        path: "batch",
        body: batch({ table_name: "v", key_names: ["id"], table_version: version, messages }),
      });
    await versioned(1, [
      { action: "upsert", sequence: 1, data: { id: 1 } },
      { action: "upsert", sequence: 2, data: { id: 2 } },
    ]);
    await versioned(2, [{ action: "upsert", sequence: 3, data: { id: 1 } }]);
    await versioned(2, [{ action: "activate_version", sequence: 4 }]);
    expect(await rows("select id, _sdc_table_version from v")).toEqual([["1", "2"]]);
    await versioned(undefined, [{ action: "upsert", sequence: 5, data: { id: 3 } }]);
    expect(await rows("select id, _sdc_table_version from v order by id")).toEqual([
      ["1", "2"],
      ["3", null],
    ]);
  });

  it("validates without storing, and reports its status", async () => {
    expect(await call({ path: "validate", body: [upsert({ table_name: "unkept" })] })).toEqual({
      status: 200,
      body: { status: "OK", message: "Batch is valid!" },
    });
    await expect(rows("select * from unkept")).rejects.toThrow();
    expect(await call({ path: "status", method: "GET" })).toMatchObject({
      status: 200,
      body: { name: "pipeline.gate", status: "OK" },
    });
  });

  it("fails on demand", async () => {
    const told = await fetch(`${api.url}/sandbox/faults`, {
      method: "POST",
      headers: { authorization: `Bearer ${account.token}` },
      body: JSON.stringify({ next: [{ status: 503 }, { drop: "before" }, { drop: "after" }] }),
    });
    expect(told.status).toBe(200);
    const send = (id: number) => call({ body: [upsert({ table_name: "told", data: { id } })] });
    expect(await send(1)).toMatchObject({ status: 503 });
    await expect(send(2)).rejects.toThrow();
    await expect(send(3)).rejects.toThrow();
    await send(4);
    expect(await rows("select id from told order by id")).toEqual([["3"], ["4"]]);
  });

  it("drops a row that a kill left half-written", async () => {
    const other = await mkdtemp(join(tmpdir(), "persister-torn-"));
    const before = await startImportApi({ dir: other, ...account });
    const send = (url: string, id: number) =>
      fetch(`${url}/v2/import/push`, {
        method: "POST",
        headers: { authorization: `Bearer ${account.token}`, "content-type": "application/json" },
        body: JSON.stringify([upsert({ data: { id } })]),
      });
    await send(before.url, 1);
    await before.close();
    const ids = async () => (await queryRows(other, "select id from t order by id")).rows.flat();
    const [line] = (await readFile(logPathOf(other), "utf8")).split("\n");
    await appendFile(
      logPathOf(other),
      `${line!.replace('"request":1', '"request":2').replaceAll("f1", "f7")}\n`,
    );
    await appendFile(logPathOf(other), '{"request":2,"table":"t","sequ');
    expect(await ids()).toEqual(["1"]);
    const after = await startImportApi({ dir: other, ...account });
    await send(after.url, 2);
    expect(await ids()).toEqual(["1", "2"]);
    await after.close();
    await writeFile(logPathOf(other), (await readFile(logPathOf(other), "utf8")).replace('"table"', "table"));
    await expect(ids()).rejects.toThrow(/damaged: 1 of its rows/);
    await rm(other, { recursive: true, force: true });
  });

  it("stores nothing of a request if the disk is full", async () => {
    const other = await mkdtemp(join(tmpdir(), "persister-full-"));
    const log = await openLog(other);
    const row = { table: "t", sequence: 1n, keyNames: [], version: undefined };
    const append = (id: string) =>
      log.append(request => linesOf([{ ...row, data: new Map([["id", id]]) }], request));
    await append("first");
    const file = await open(logPathOf(other));
    const full = vi.spyOn(Object.getPrototypeOf(file) as FileHandle, "appendFile");
    full.mockImplementationOnce(async function (this: FileHandle, data) {
      await this.write(String(data).slice(0, 30));
      throw new Error("ENOSPC");
    });
    await expect(append("second")).rejects.toThrow("ENOSPC");
    full.mockRestore();
    await append("third");
    expect((await queryRows(other, "select id from t order by id")).rows).toEqual([["first"], ["third"]]);
    await Promise.all([file.close(), log.close()]);
    await rm(other, { recursive: true, force: true });
  });

  it("chooses column types that lose no digit", async () => {
    const data =
      `{"id":1,"big":9007199254740993,"huge":12345678901234567890,"vast":${"9".repeat(50)},"half":0.5,` +
      '"exact":0.12345678901234567890,"mixed":1,"nested":{"a":[1.10]},"flag":true}';
    await call({
      body:
        '[{"client_id":4242,"table_name":"typed","sequence":1,"action":"upsert","key_names":["id"],' +
        `"data":${data}}]`,
    });
    await call({ body: [upsert({ table_name: "typed", data: { id: 2, mixed: "text" } })] });
    const columns = ["big", "huge", "vast", "half", "exact", "mixed", "nested", "flag"];
    const [types, values] = await Promise.all([
      rows(`select ${columns.map(column => `typeof(${column})`)} from typed where id = 1`),
      rows(`select ${columns} from typed where id = 1`),
    ]);
    expect(types).toEqual([
      ["BIGINT", "HUGEINT", "VARCHAR", "DOUBLE", "DECIMAL(20,20)", "VARCHAR", "JSON", "BOOLEAN"],
    ]);
    expect(values).toEqual([
      [
        "9007199254740993",
        "12345678901234567890",
        "9".repeat(50),
        "0.5",
        "0.12345678901234567890",
        "1",
        '{"a":[1.10]}',
        "true",
      ],
    ]);
  });

  it("chooses a number's type by its value, not its spelling", async () => {
    const send = (id: number, fields: string) =>
      call({
        body:
          '[{"client_id":4242,"table_name":"spelled","sequence":1,"action":"upsert","key_names":["id"],' +
          `"data":{"id":${id},${fields}}}]`,
      });
    // Python's floats and decimals.
    await send(1, '"double":1e-05,"zero":-0.0,"money":1.10,"large":1E+22,"exact":0E-10,"mixed":1e400');
    await send(
      2,
      '"double":2.50,"zero":0,"money":100.00,"large":1e22,"exact":123456789012.1234567890,"mixed":1',
    );
    const columns = ["double", "zero", "money", "large", "exact", "mixed"];
    expect(
      await rows(`select ${columns.map(column => `typeof("${column}")`)} from spelled where id = 1`),
    ).toEqual([["DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "DECIMAL(22,10)", "VARCHAR"]]);
    expect(await rows(`select ${columns.map(column => `"${column}"`)} from spelled order by id`)).toEqual([
      ["0.00001", "0", "1.1", "1e+22", "0.0000000000", "1e400"],
      ["2.5", "0", "100", "1e+22", "123456789012.1234567890", "1"],
    ]);
  });

  it("chooses a timestamp's type by its value, not its spelling", async () => {
    const dateTime = { type: ["null", "string"], format: "date-time" };
    const schema = {
      type: "object",
      properties: {
        at: dateTime,
        choice: { anyOf: [dateTime, { type: "string" }] },
        ref: { $ref: "#/definitions/at" },
        fine: dateTime,
        odd: dateTime,
        text: { type: "string" },
      },
      definitions: { at: dateTime },
    };
    const texts = [
      // singer-python's six digits, an offset, the end of a day, and no fraction.
      ["2020-01-13T21:25:03.123456Z", "2020-01-13T21:25:03.123456Z"],
      ["2020-01-13T21:25:03.500000+05:30", "2020-01-13T15:55:03.500Z"],
      ["2020-12-31T24:00:00Z", "2021-01-01T00:00:00.000Z"],
      ["2020-01-13T21:25:03.120000000Z", "2020-01-13T21:25:03.120Z"],
      ["0001-01-01T00:00:00+18:00", "0000-12-31T06:00:00.000Z"],
      ["9999-12-31T23:59:59.999999-18:00", "+010000-01-01T17:59:59.999999Z"],
    ] as const;
    const records = texts.map(([at], id) => ({ id, at, choice: at, ref: at, fine: at, odd: at, text: at }));
    const fine = { id: 10, at: null, fine: "2020-01-13T21:25:03.123456789Z", odd: "2020-02-30T00:00:00Z" };
    const messages = [...records, fine].map(data => ({ action: "upsert", sequence: 1, data }));
    expect(
      await call({ path: "batch", body: batch({ table_name: "times", schema, messages }) }),
    ).toMatchObject({
      status: 201,
    });
    const columns = ["at", "choice", "ref", "fine", "odd", "text"];
    const timestamp = "TIMESTAMP WITH TIME ZONE";
    expect(await rows(`select ${columns.map(column => `typeof("${column}")`)} from times limit 1`)).toEqual([
      [timestamp, timestamp, timestamp, "VARCHAR", "VARCHAR", "VARCHAR"],
    ]);
    expect(await rows(`select "at", choice, ref from times where id < 10 order by id`)).toEqual(
      texts.map(([, instant]) => [instant, instant, instant]),
    );
    expect(await rows("select fine, odd from times where id = 10")).toEqual([[fine.fine, fine.odd]]);
  });

  it("numbers a column with a name of the loader's, and keeps a tap's own name", async () => {
    const names = ["_sdc_sequence", "_SDC_Received_At", "_rjm_level_0_id", "_sdc_source_key_id"];
    const own = ["_sdc_repository", "_sdc_record_hash", "_sdc_level_id", "_sdc_sequences"];
    const data = Object.fromEntries([...names, ...own].map(name => [name, 1]));
    expect(await call({ body: [upsert({ table_name: "named", data: { id: 1, ...data } })] })).toMatchObject({
      status: 201,
    });
    expect((await queryRows(dir, "select * from named")).columns).toEqual([
      "id",
      ...names.map(name => `${name}_2`),
      ...own,
      "_sdc_sequence",
    ]);
  });

  it("accepts any name for a column, and any text", async () => {
    const names = [
      "number",
      "key",
      "data",
      "table",
      "sequence",
      "version",
      "request",
      "ID",
      "__proto__",
      `it's "`,
    ];
    const values = names.map((_, i) => `"${i}\\ud800\\\\ud800\\u0000 é"`);
    const data =
      `{"id":"a"${names.map((name, i) => `,${JSON.stringify(name)}:${values[i]}`).join("")},` +
      `"":{"a":${values[0]}}}`;
    const body =
      '[{"client_id":4242,"table_name":"select","sequence":1,"action":"upsert","key_names":["id"],' +
      `"data":${data}}]`;
    expect(await call({ body })).toMatchObject({ status: 201 });
    const { columns, rows } = await queryRows(dir, 'select * from "select"');
    const ids = ["id", "number", "key", "data", "table", "sequence", "version", "request", "ID_2"];
    expect(columns).toEqual([...ids, "__proto__", `it's "`, "_2", "_sdc_sequence"]);
    const read = (i: number) => `${i}\ufffd\\ud800\0 é`;
    expect(rows).toEqual([["a", ...names.map((_, i) => read(i)), expect.stringContaining("0\ufffd"), "1"]]);
  });

  it("accepts any name for a table: the second of two that differ only in case gets a number", async () => {
    const other = await mkdtemp(join(tmpdir(), "persister-names-"));
    const log = await openLog(other);
    const names = ["ok", "Ok", "", "ok_2", "a\0b"];
    const fields = new Map([["k\0", "v"]]);
    const row = { sequence: 1n, keyNames: [], version: undefined, data: fields };
    for (const tables of [names, ["Ok"]]) {
      const rows = tables.map(table => ({ ...row, table }));
      await log.append(request => linesOf(rows, request));
    }
    await log.close();
    const listed = ["Ok_2", "_2", "a\ufffdb", "ok", "ok_2_2"];
    expect((await listTables(other)).rows).toEqual(listed.map(name => [name, name === "Ok_2" ? "2" : "1"]));
    for (const name of listed)
      expect(await queryRows(other, `select distinct "k\ufffd" from "${name}"`)).toMatchObject({
        rows: [["v"]],
      });
    await rm(other, { recursive: true, force: true });
  });

  it("loads the first and the last possible instant, and those around them", async () => {
    const instants = [-8_640_000_000_000_000, -62_198_755_200_000, 0, 253_402_300_800_000, 8.64e15];
    const records = instants.map(
      (at, i) =>
        '["^ ","client_id",4242,"table_name","instants","sequence",1,"action","upsert","key_names",["id"]' +
        `,"data",["^ ","id",${i},"at","~m${at}"]]`,
    );
    const body = `[${records.join(",")}]`;
    expect(await call({ type: "application/transit+json", body })).toMatchObject({ status: 201 });
    expect(await rows('select "at", typeof("at") from instants order by id')).toEqual(
      instants.map(at => [new Date(at).toISOString(), "TIMESTAMP WITH TIME ZONE"]),
    );
  });

  it("reads each transit body independently", async () => {
    const body = (data: string) =>
      '[["^ ","client_id",4242,"table_name","cached","sequence",1,"action","upsert","key_names",["id"],' +
      `"data",${data}]]`;
    const type = "application/transit+json";
    expect(await call({ type, body: body('["^ ","id",1,"longer",2]') })).toMatchObject({ status: 201 });
    expect(await call({ type, body: '[["^ ","^0",4242]]' })).toMatchObject({ status: 400 });
  });

  it.each([
    ['["~#set",[["~#set",[1,2,3]],["~#set",[1,2]]]]', "[[1,2,3],[1,2]]"],
    ['["~#set",[["^ ","a",1],["^ ","a",2],["^ ","a",3],["^ ","a",4]]]', '[{"a":1},{"a":2},{"a":3},{"a":4}]'],
    ['["~#list",[["~#u",[1,-1]],"~zNaN"]]', '["00000000-0000-0001-ffff-ffffffffffff","NaN"]'],
  ])("loads %s", async (value, json) => {
    const body =
      '[["^ ","client_id",4242,"table_name","sets","sequence",1,"action","upsert","key_names",["id"],' +
      `"data",["^ ","id",${JSON.stringify(json)},"value",${value}]]]`;
    expect(await call({ type: "application/transit+json", body })).toMatchObject({ status: 201 });
    expect(await rows(`select value from sets where id = '${json}'`)).toEqual([[json]]);
  });

  it("answers its own fault with 500, not as the caller's", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(await call({ body: deep })).toMatchObject({
      status: 500,
      body: { message: expect.stringMatching(/^The sandbox failed: /) },
    });
  });

  it.each(["{", '{"next":[{"status":1}]}', "[]"])("refuses %s for a script of faults", async body => {
    const headers = { authorization: `Bearer ${account.token}` };
    const answer = await fetch(`${api.url}/sandbox/faults`, { method: "POST", headers, body });
    expect(answer.status).toBe(400);
  });

  it("loads transit's types", async () => {
    const body =
      '[["^ ","client_id",4242,"table_name","transit","sequence","~i1735689600000000101","action",' +
      '"upsert","key_names",["id"],"data",["^ ","id","~u5a2cbea3-e8c6-428b-b525-21239370dd55","at",' +
      '"~m0","amount","~f12.50","huge","~n12345678901234567890","kind","~:open","bytes","~baGVsbG8=",' +
      '"tags",["~#set",[1]]]]]';
    expect(await call({ type: "application/transit+json", body })).toMatchObject({ status: 201 });
    expect(await rows('select "at", amount, huge, kind, bytes, tags, _sdc_sequence from transit')).toEqual([
      [
        "1970-01-01T00:00:00.000Z",
        "12.50",
        "12345678901234567890",
        "open",
        "aGVsbG8=",
        "[1]",
        "1735689600000000101",
      ],
    ]);
  });
});
