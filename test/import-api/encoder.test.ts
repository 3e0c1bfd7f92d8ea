import { expect, it } from "vitest";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { ByteWriter } from "../../functions/values/byte-writer.ts";

const first = 1_735_689_600_000_000_095n;
const rules = importApiRules();
const header = "stitchstream/0.1\nContent-Type: jsonline\n--\n";
const record = (id: number) =>
  JSON.stringify({ type: "RECORD", stream: `s${id % 3}`, key_fields: ["id"], record: { id } });
const body = Buffer.from(header + Array.from({ length: 1_200 }, (_, id) => `${record(id)}\n`).join(""));

/** A batch that was too large is encoded again in halves, and one whose answer was lost as it was. */
it("gives a record the same sequence each time it is encoded", () => {
  const encoder = batchEncoder(4242);
  const contents = validate(body, { sizes: encoder, rules });
  const sequences = (records: readonly number[]) => {
    const batch = { kind: "upsert", records, bytes: 0 } as const;
    const request = encoder.encode(contents, batch, first, new ByteWriter()).body;
    return [
      ...Buffer.from(request)
        .toString()
        .matchAll(/"sequence":(\d+)/g),
    ].map(([, digits]) => digits);
  };
  const all = Array.from({ length: contents.records }, (_, n) => n);
  const expected = all.map(n => String(first + BigInt(n)));
  const half = all.length / 2;
  for (const part of [all, all.slice(half), all.slice(0, half), all, [7]])
    expect(sequences(part)).toEqual(part.map(n => expected[n]));
});
