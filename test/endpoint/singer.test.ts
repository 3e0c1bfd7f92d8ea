import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { LosslessNumber, parse, stringify } from "lossless-json";
import { describe, expect, it } from "vitest";
import { type Rows, refusedSingerStreams, singerStreams } from "../streams/singer.ts";
import { getBookmark, post, rows, startTestStack } from "./local-stack.ts";

/**
 * Sends a stream to a streamer of its own: resolves to the answer, each table's rows, and the state after
 * each STATE line.
 */
async function landed(body: string, tables: readonly string[]) {
  const stack = await startTestStack();
  try {
    const lines = body.trimEnd().split("\n");
    const states: string[] = [];
    const response = await post(stack, "whole", body);
    const answer = (await response.json()) as Record<string, unknown>;
    const found: Record<string, Rows> = {};
    for (const table of response.ok ? tables : []) {
      const { columns, rows: all } = await rows(stack, `select * exclude (_sdc_sequence) from "${table}"`);
      found[table] = [columns, ...all];
    }
    for (const [n, line] of lines.entries()) {
      if (!/"type": *"STATE"/.test(line)) continue;
      await post(stack, "by-state", lines.slice(0, n + 1).join("\n"));
      states.push(await (await getBookmark(stack, "by-state")).text());
    }
    const bookmark = await getBookmark(stack, "whole");
    return {
      status: response.status,
      answer,
      found,
      states,
      bookmark: bookmark.ok ? await bookmark.text() : undefined,
    };
  } finally {
    await stack.close();
  }
}

const sorted = ([columns, ...all]: Rows) => [
  columns,
  ...all.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
];

describe("a stream as taps print them:", () => {
  it.each(singerStreams)("$name", async ({ lines, tables }) => {
    const { status, answer, found, states, bookmark } = await landed(lines.join("\n"), Object.keys(tables));
    expect({ status, ...answer }).toMatchObject({ status: 200, records: countOf(lines) });
    for (const [table, expected] of Object.entries(tables))
      expect(sorted(found[table]!)).toEqual(sorted(expected));
    const values = statesOf(lines.join("\n"));
    expect(states).toEqual(values);
    expect(bookmark).toBe(values.at(-1));
  });

  it.each(singerStreams.filter(({ keyless }) => keyless !== true))(
    "$name, sent twice, makes the same rows",
    async ({ lines, tables }) => {
      const twice = [...lines, ...lines].join("\n");
      const { found } = await landed(twice, Object.keys(tables));
      for (const [table, expected] of Object.entries(tables))
        expect(sorted(found[table]!)).toEqual(sorted(expected));
    },
  );

  it.each(refusedSingerStreams)("$name is refused, with its place", async ({ lines, status, errors }) => {
    const refused = await landed(lines.join("\n"), []);
    expect({ ...refused.answer, status: refused.status }).toMatchObject({ status, errors });
    expect(refused.bookmark).toBeUndefined();
  });
});

const countOf = (lines: readonly string[]) => lines.filter(line => /"type": *"RECORD"/.test(line)).length;
const statesOf = (body: string) =>
  [...body.matchAll(/"type": *"STATE", *"value": *(.+)\}$/gm)].map(([, value]) => value!);

type Message = { type: string; stream: string; key_properties: string[]; record: Record<string, unknown> };

/**
 * The rows of a Singer stream whose keys never change, computed from its messages: an oracle for files
 * written by others.
 */
function rowsOf(body: string): Record<string, Rows> {
  const keys = new Map<string, readonly string[]>();
  const tables = new Map<string, Map<string, Record<string, unknown>>>();
  for (const line of body.trimEnd().split("\n")) {
    const { type, stream, key_properties, record } = parse(line) as Message;
    if (type === "SCHEMA") keys.set(stream, key_properties);
    if (type !== "RECORD") continue;
    const table = tables.get(stream) ?? new Map();
    const names = keys.get(stream)!;
    const key = names.length === 0 ? String(table.size) : stringify(names.map(name => record[name]))!;
    tables.set(stream, table.set(key, record));
  }
  return Object.fromEntries([...tables].map(([name, table]) => [name, asText([...table.values()])]));
}

function asText(records: readonly Record<string, unknown>[]): Rows {
  const columns = [...new Set(records.flatMap(record => Object.keys(record)))];
  const textOf = (value: unknown) => {
    if (value === null || value === undefined) return null;
    if (value instanceof LosslessNumber) return value.value;
    return typeof value === "object" ? stringify(value)! : String(value);
  };
  return [columns, ...records.map(record => columns.map(column => textOf(record[column])))];
}

const shared = new URL("../../../shared/data/singer/", import.meta.url);
describe.skipIf(!existsSync(shared) && process.env.REQUIRE_SHARED_DATA !== "1")("Singer's streams", () => {
  const names = existsSync(shared) ? readdirSync(shared).filter(name => name.endsWith(".singer")) : [""];

  it.each(names)("%s loads, or is refused, as its name says", async name => {
    const body = await readFile(new URL(name, shared), "utf8");
    const expected = rowsOf(body);
    const { status, answer, found, states, bookmark } = await landed(body, Object.keys(expected));
    if (name.startsWith("record_missing")) {
      expect({ status, ...answer }).toMatchObject({ status: 422, errors: [{ line: 2, field: "id" }] });
      return;
    }
    expect({ status, ...answer }).toMatchObject({ status: 200, records: countOf(body.split("\n")) });
    for (const [table, all] of Object.entries(expected)) expect(sorted(found[table]!)).toEqual(sorted(all));
    const values = statesOf(body);
    expect(states).toEqual(values);
    expect(bookmark).toBe(values.at(-1));
  });
});
