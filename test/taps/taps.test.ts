import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LosslessNumber, parse, stringify } from "lossless-json";
import { describe, expect, it } from "vitest";
import {
  getBookmark,
  type LocalStack,
  post,
  rows,
  startTestStack,
  useStack,
} from "../endpoint/local-stack.ts";

/**
 * The output of public taps, `<tap>.jsonl`, and the expected rows, `<tap>.rows.jsonl`. The structure is
 * that of the taps' code (singer-io, transferwise, wintersrd and meltano on GitHub); the data is our own.
 */
const stack = useStack();
type Row = Readonly<Record<string, unknown>>;

const linesOf = (text: string) => text.trimEnd().split("\n");
const folder = new URL("./", import.meta.url);
const taps = readdirSync(folder)
  .filter(name => name.endsWith(".jsonl") && !name.endsWith(".rows.jsonl"))
  .map(name => name.slice(0, -".jsonl".length));

function read(tap: string): { body: string; tables: ReadonlyMap<string, Row[]> } {
  const tables = new Map<string, Row[]>();
  for (const line of linesOf(readFileSync(new URL(`${tap}.rows.jsonl`, folder), "utf8"))) {
    const { table, row } = parse(line) as { table: string; row: Row };
    tables.set(table, [...(tables.get(table) ?? []), row]);
  }
  return { body: readFileSync(new URL(`${tap}.jsonl`, folder), "utf8"), tables };
}

/** A table's rows as text of their fields, with instants and decimals in a canonical form. */
async function landed(stack: LocalStack, table: string): Promise<Record<string, string | null>[]> {
  const { columns, rows: found } = await rows(stack, `select * exclude (_sdc_sequence) from "${table}"`);
  return sorted(found.map(row => Object.fromEntries(columns.map((name, n) => [name, plain(row[n]!)]))));
}

function expected(all: readonly Row[]): Record<string, string | null>[] {
  const columns = [...new Set(all.flatMap(row => Object.keys(row)))];
  return sorted(
    all.map(row => Object.fromEntries(columns.map(name => [name, plain(textOf(row[name] ?? null))]))),
  );
}

const sorted = (all: Record<string, string | null>[]) =>
  all
    .map(row => Object.fromEntries(Object.entries(row).sort()))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

function textOf(value: unknown): string | null {
  if (value === null) return null;
  if (value instanceof LosslessNumber) return value.value;
  return typeof value === "object" ? stringify(value)! : String(value);
}

const instant = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d(?::\d\d)?)$/;
const decimal = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** The canonical form of an instant or a number. */
function plain(text: string | null): string | null {
  const [, date, time, fraction = "", zone] = instant.exec(text ?? "") ?? [];
  if (date !== undefined) {
    const zoned = `${date}T${time}${zone!.replace(/^([+-]\d\d)$/, "$1:00")}`;
    return `${Date.parse(zoned)}.${fraction.replace(/0+$/, "")}`;
  }
  const [, sign, whole, rest = "", exponent = "0"] = decimal.exec(text ?? "") ?? [];
  if (whole === undefined) return text;
  const digits = `${whole}${rest}`.replace(/^0+(?=\d)/, "");
  const significant = digits.replace(/0+$/, "");
  return `${sign}${significant}e${Number(exponent) - rest.length + digits.length - significant.length}`;
}

async function expectLanded(
  stack: LocalStack,
  streamer: string,
  body: string,
  tables: ReadonlyMap<string, Row[]>,
) {
  const response = await post(stack, streamer, body);
  const receipt = (await response.json()) as Record<string, unknown>;
  const records = linesOf(body).filter(line => /^\{"type": ?"RECORD"/.test(line)).length;
  expect({ status: response.status, ...receipt }).toMatchObject({ status: 200, records });
  for (const [table, all] of tables) expect(await landed(stack, table)).toEqual(expected(all));
  const states = linesOf(body).filter(line => /^\{"type": ?"STATE"/.test(line));
  const bookmark = await (await getBookmark(stack, streamer)).text();
  expect(bookmark).toBe(/"value": ?(.*)\}$/.exec(states.at(-1)!)![1]);
}

/** tap-hubspot declares each property twice, with four fields: in `properties` and at the top. */
function dealsOf(properties: number): { body: string; tables: ReadonlyMap<string, Row[]> } {
  const text = { type: ["null", "string"] };
  const at = { ...text, format: "date-time" };
  const property = {
    type: ["null", "object"],
    properties: { value: text, timestamp: at, source: text, sourceId: text },
  };
  const names = Array.from({ length: properties }, (_, n) => `own_field_number_${n}`);
  const own = Object.fromEntries(names.map(name => [name, property]));
  const lifted = Object.fromEntries(names.map(name => [`property_${name}`, property]));
  const schema = {
    type: "object",
    properties: {
      dealId: { type: ["null", "integer"] },
      properties: { type: ["null", "object"], properties: own },
      ...lifted,
    },
  };
  const value = { value: "won", timestamp: "2026-03-01T00:00:00.000000Z", source: "CRM", sourceId: null };
  const deals = [1, 2].map(dealId => ({ dealId, property_own_field_number_899: value }));
  const messages = [
    { type: "SCHEMA", stream: "large_deals", schema, key_properties: ["dealId"] },
    ...deals.map(record => ({ type: "RECORD", stream: "large_deals", record })),
    { type: "STATE", value: { bookmarks: { deals: { hs_lastmodifieddate: "2026-03-01" } } } },
  ];
  const body = messages.map(each => JSON.stringify(each)).join("\n");
  return { body, tables: new Map([["large_deals", parse(stringify(deals)!) as Row[]]]) };
}

describe("the output of", () => {
  it.each(taps)("%s lands with every digit", async tap => {
    const { body, tables } = read(tap);
    await expectLanded(stack(), tap, body, tables);
  });

  it("tap-hubspot with 900 custom properties of deals lands", async () => {
    const { body, tables } = dealsOf(900);
    await expectLanded(stack(), "deals", body, tables);
  });
});

const shared = new URL("../../../shared/data/taps/", import.meta.url);
describe.skipIf(!existsSync(shared) && process.env.REQUIRE_SHARED_DATA !== "1")(
  "others' reproductions",
  () => {
    const bodyOf = (name: string) => readFileSync(new URL(name, shared), "utf8");
    /** Every record remains: no two have the same key. */
    const tablesOf = (body: string) => {
      const tables = new Map<string, Row[]>();
      for (const line of linesOf(body)) {
        const { type, stream, record, version } = parse(line) as Record<string, unknown>;
        if (type !== "RECORD") continue;
        const row = { ...(record as Row), ...(version !== undefined && { _sdc_table_version: version }) };
        tables.set(String(stream), [...(tables.get(String(stream)) ?? []), row]);
      }
      return tables;
    };

    it.each([
      "01-tap-github-repository.jsonl",
      "02-tap-mongodb-schema-without-properties.jsonl",
      "04-mysql-time-of-one-digit-hour.jsonl",
      "05-mssql-cdc-null-bookmark-property.jsonl",
    ])("%s lands with every digit", async name => {
      await expectLanded(stack(), name.slice(0, 2), bodyOf(name), tablesOf(bodyOf(name)));
    });

    it("17-deals-of-six-hundred-properties.mjs lands", async () => {
      const script = fileURLToPath(new URL("17-deals-of-six-hundred-properties.mjs", shared));
      const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 10_000_000 });
      await expectLanded(stack(), "17", stdout, tablesOf(stdout));
    });

    it("07-uri-that-the-import-api-refuses.jsonl is refused with its lines", async () => {
      const other = await startTestStack();
      try {
        const response = await post(other, "refused", bodyOf("07-uri-that-the-import-api-refuses.jsonl"));
        expect(await response.json()).toMatchObject({
          status: 422,
          errors: [2, 3, 4].map(line => ({ line, stream: "events", field: "label_url" })),
        });
        await expect(rows(other, "select * from events")).rejects.toThrow();
      } finally {
        await other.close();
      }
    });
  },
);
