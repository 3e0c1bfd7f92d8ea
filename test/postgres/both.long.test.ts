import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getBookmark, type LocalStack, post, rows, startTestStack, token } from "../endpoint/local-stack.ts";
import { type Database, openDatabase } from "./database.ts";
import { canonical } from "./same-value.ts";

/** The same deliveries in the sandbox of the Import API and in PostgreSQL: all values, compared by SQL. */
const shared = ["", "/singer", "/taps", "/transit"].map(each => `../shared/data${each}`);
const places = ["test/taps", "test/streams", ...shared];
const files = places
  .flatMap(place =>
    filesIn(place).filter(path => /\.(jsonl|stitchstream|singer|mjs|verbose\.json)$/.test(path)),
  )
  .filter(path => !path.endsWith(".rows.jsonl"));

function filesIn(place: string): string[] {
  try {
    return readdirSync(place).map(name => join(place, name));
  } catch {
    return [];
  }
}

/** A generator prints a stream; an exemplar of transit is the value of a record. */
function bodyIn(file: string): string | Buffer {
  if (file.endsWith(".mjs")) return execFileSync(process.execPath, [file], { maxBuffer: 1e9 });
  if (!file.endsWith(".verbose.json")) return readFileSync(file);
  const value = readFileSync(file, "utf8").trim();
  return [
    "stitchstream/0.1",
    "Content-Type: transit",
    "--",
    `{"type":"RECORD","stream":"exemplar","key_fields":["id"],"record":{"id":1,"value":${value}}}`,
    '{"type":"BOOKMARK","value":1}',
    "",
  ].join("\n");
}

/** Each query of the sandbox makes all its tables: of more, only a few are compared. */
const tablesMax = 100;
const tablesOfMany = 4;

describe.each(files)("%s", file => {
  let database: Database;
  let sandbox: LocalStack;
  let postgres: LocalStack;
  beforeAll(async () => {
    database = await openDatabase();
    await database.query("set timezone to 'UTC'");
    sandbox = await startTestStack();
    postgres = await startTestStack({ POSTGRES_URL: database.url, POSTGRES_SCHEMA: database.schema });
  });
  afterAll(async () => {
    await sandbox.close();
    await postgres.close();
    await database.close();
  });

  it("has the same rows and values in both", async () => {
    const body = bodyIn(file);
    const atSandbox = await send(sandbox, file, body);
    expect(await send(postgres, file, body)).toEqual(atSandbox);
    const tables = await database.query(
      atSandbox.result === "refused" ? "select" : "select stream from _persister_tables order by stream",
    );
    const streams = tables.flatMap(({ stream }) => stream ?? []);
    const step = streams.length > tablesMax ? Math.ceil(streams.length / tablesOfMany) : 1;
    for (const stream of streams.filter((_, n) => n % step === 0))
      expect(await atDatabase(stream), stream).toEqual(await atImportApi(stream));
  });

  /** Rows in their order, each as its fields with values. */
  async function atImportApi(stream: string): Promise<readonly string[]> {
    const { columns, rows: found } = await rows(sandbox, `select * from "${stream}" order by _sdc_sequence`);
    return found.map(row => textOf(columns.map((column, n) => [column, row[n]!])));
  }

  async function atDatabase(stream: string): Promise<readonly string[]> {
    const [table] = await database.query(
      `select name, columns from _persister_tables where stream = $$${stream}$$`,
    );
    const columns = JSON.parse(table!.columns!) as { readonly field: string; readonly name: string }[];
    const found = await database.query(`select * from "${table!.name}" order by _sdc_sequence`);
    return found.map(row => textOf(columns.map(({ field, name }) => [field, row[name]!])));
  }
});

const textOf = (fields: readonly (readonly [string, string | null])[]) =>
  JSON.stringify(
    fields
      .filter(([name, value]) => value !== null && !name.startsWith("_sdc_"))
      .map(([name, value]) => [name, canonical(value)])
      .sort(([left], [right]) => (left! < right! ? -1 : 1)),
  );

interface Sent {
  readonly result: "accepted" | "refused";
  readonly bookmark: string;
}

/** A generator's output has more tables than a delivery may have: `persist` cuts it. */
async function send(stack: LocalStack, file: string, body: string | Buffer): Promise<Sent> {
  const isAccepted = file.endsWith(".mjs") ? await pipe(stack, body) : (await post(stack, "s", body)).ok;
  const bookmark = await (await getBookmark(stack, "s")).text();
  return { result: isAccepted ? "accepted" : "refused", bookmark: isAccepted ? bookmark : "" };
}

function pipe({ url }: LocalStack, body: string | Buffer): Promise<boolean> {
  const args = ["--import", "tsx", "cli/persist.ts", "--endpoint", url, "--streamer", "s"];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PERSIST_TOKEN: token },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.stdin.end(body);
  return new Promise(resolve => child.once("exit", code => resolve(code === 0)));
}
