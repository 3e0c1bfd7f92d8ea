import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";

/** Checks bodies with ever new schemas and names, and prints how many bytes of their arrays are kept. */
const rules = importApiRules();
await rules.schemas.loadPatterns();
const sizes = batchEncoder(4242);
const names = 2_000;

for (let n = 0; n < 50; n++) {
  const members = Array.from({ length: names }, (_, i) => `"n${n}-${i}-${"x".repeat(200)}":${i}`).join(",");
  // Nothing tells these apart, so a map is evaluated as a whole.
  const choices = `{"additionalProperties":{"type":"integer"}},{"type":"object","maxProperties":${n}}`;
  const schema = `{"properties":{"m":{"oneOf":[${choices}]}}}`;
  const lines = [
    `{"type":"SCHEMA","stream":"s","key_properties":["id"],"schema":${schema}}`,
    `{"type":"RECORD","stream":"s","record":{"id":${n},"m":{${members}}}}`,
  ];
  validate(Buffer.from(`${lines.join("\n")}\n`), { rules, sizes });
}
globalThis.gc!();
console.log(process.memoryUsage().arrayBuffers);
