import { spawnSync } from "node:child_process";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";

/**
 * The CPU time of a process's first SCHEMA with its first record, in a new process for each round. Fails
 * above the budget. The first pattern loads its engine, and is listed without one.
 */
const rounds = 15;
const millisecondsMax = 10;

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
const bodyOf = (extra: object) => {
  const schema = { type: "object", properties: { ...properties, ...extra } };
  const lines = [
    { type: "SCHEMA", stream: "orders", schema, key_properties: ["id"] },
    { type: "RECORD", stream: "orders", record },
  ];
  return Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(""));
};
const bodies: Readonly<Record<string, Buffer>> = {
  "the first SCHEMA": bodyOf({}),
  "and with a pattern": bodyOf({ code: { type: "string", pattern: "^[A-Z]{2}-[0-9]+$" } }),
};

/** Validates a body and prints the CPU time, in ms. */
async function measure(body: Buffer): Promise<void> {
  const rules = importApiRules();
  const destination = { sizes: batchEncoder(1), rules };
  const start = process.cpuUsage();
  await rules.schemas.withPatterns(() => validate(body, destination));
  const { user, system } = process.cpuUsage(start);
  console.log((user + system) / 1_000);
}

function report(): void {
  console.log("\nCold process          ms of CPU");
  for (const [name, limit] of [
    ["the first SCHEMA", millisecondsMax],
    ["and with a pattern", Number.POSITIVE_INFINITY],
  ] as const) {
    const times = Array.from({ length: rounds }, () => {
      const { stdout } = spawnSync(process.execPath, [process.argv[1]!, name]);
      return Number(stdout);
    });
    // The least: whatever else the machine does only adds to it.
    const least = Math.min(...times);
    console.log(`${name.padEnd(20)} ${least.toFixed(1).padStart(6)}`);
    if (least > limit) process.exitCode = 1;
  }
  console.log(`The budget: ${millisecondsMax} ms.`);
}

const [, , name] = process.argv;
if (name === undefined) report();
else await measure(bodies[name]!);
