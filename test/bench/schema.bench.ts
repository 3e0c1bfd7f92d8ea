import { spawnSync } from "node:child_process";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";

/**
 * The CPU time of a process's first SCHEMA with its first record, in a new process for each round, as a ratio
 * to a first schema of ajv's in the same run. Fails above the budget. The first pattern loads its engine, and
 * is listed without one.
 */
const rounds = 15;
const ratioMax = 0.4;

const properties = {
  id: { type: "integer" },
  name: { type: ["null", "string"], maxLength: 200 },
  updated_at: { type: ["null", "string"], format: "date-time" },
  tags: { type: ["null", "array"], items: { type: "string" } },
  owner: { type: ["null", "object"], properties: { rate: { type: "number" }, email: { type: "string" } } },
};
const record = {
  ...{ id: 1, name: "x", updated_at: "2026-01-01T00:00:00Z", tags: ["a"] },
  owner: { rate: 1.5, email: "a@example.com" },
};
const schemaOf = (extra: object) => ({ type: "object", properties: { ...properties, ...extra } });
const code = { code: { type: "string", pattern: "^[A-Z]{2}-[0-9]+$" } };

/** Returns work that validates a body with a SCHEMA and a record. */
function validating(extra: object): () => Promise<unknown> {
  const schema = schemaOf(extra);
  const lines = [
    { type: "SCHEMA", stream: "orders", schema, key_properties: ["id"] },
    { type: "RECORD", stream: "orders", record },
  ];
  const body = Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(""));
  const rules = importApiRules();
  return () => rules.schemas.withPatterns(() => validate(body, { sizes: batchEncoder(1), rules }));
}

/** Returns work that parses the schema and the record, compiles the schema with ajv, and validates. */
function withAjv(): () => Promise<unknown> {
  const texts = [JSON.stringify(schemaOf({})), JSON.stringify(record)] as const;
  return async () => {
    const ajv = new Ajv({ strict: false, multipleOfPrecision: 6 });
    addFormats.default(ajv);
    return ajv.compile(JSON.parse(texts[0]) as object)(JSON.parse(texts[1]));
  };
}

const reference = "ajv";
const works: Readonly<Record<string, () => () => Promise<unknown>>> = {
  [reference]: withAjv,
  "the first SCHEMA": () => validating({}),
  "and with a pattern": () => validating(code),
};

/** Does the work and prints its CPU time, in ms. */
async function measure(work: () => Promise<unknown>): Promise<void> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  console.log((user + system) / 1_000);
}

/** Returns the CPU time of some work in a new process, in ms. */
function timeOf(name: string): number {
  const times = Array.from({ length: rounds }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [process.argv[1]!, name]);
    if (status !== 0) throw new Error(`${stderr}`);
    return Number(stdout);
  });
  // The least: whatever else the machine does only adds to it.
  return Math.min(...times);
}

function report(): void {
  console.log(`\nCold process          ms of CPU   1.00 = ${reference}`);
  const first = timeOf(reference);
  for (const [name, limit] of [
    ["the first SCHEMA", ratioMax],
    ["and with a pattern", Number.POSITIVE_INFINITY],
  ] as const) {
    const time = timeOf(name);
    console.log(
      `${name.padEnd(20)} ${time.toFixed(1).padStart(10)} ${(time / first).toFixed(2).padStart(6)}`,
    );
    if (time / first > limit) process.exitCode = 1;
  }
  console.log(`The budget: ${ratioMax.toFixed(2)}.`);
}

const [, , name] = process.argv;
if (name === undefined) report();
else await measure(works[name]!());
