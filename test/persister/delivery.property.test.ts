import fc from "fast-check";
import transit from "transit-js";
import { describe, expect, it } from "vitest";
import { PersisterError } from "../../functions/persister/errors.ts";
import { jsonlines, records, transitLines } from "../bench/lines.ts";
import { numRuns as runs } from "../runs.ts";
import { firstSequence, requestsOf } from "./delivery.ts";

const numRuns = runs(300);
const header = (contentType: string) => `stitchstream/0.1\nContent-Type: ${contentType}\n--\n`;
const fields = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
const message = fc.record({
  type: fc.constant("RECORD"),
  stream: fc.constantFrom("a", "b", "~c"),
  record: fields.map(each => ({ ...each, id: 1 })),
  key_fields: fc.constantFrom(["id"], []),
});

interface Sent {
  readonly stream: string;
  readonly sequence: bigint;
  readonly data: unknown;
}

function sentBy(body: string): Sent[] {
  return requestsOf(body).requests.flatMap(request => {
    const text = Buffer.from(request.body)
      .toString()
      .replaceAll(/"sequence":(\d+)/g, '"sequence":"$1"');
    const parsed = JSON.parse(text) as
      | { table_name: string; messages: Row[] }
      | (Row & { table_name: string })[];
    const rows = Array.isArray(parsed)
      ? parsed.map(row => ({ ...row, stream: row.table_name }))
      : parsed.messages.map(row => ({ ...row, stream: parsed.table_name }));
    return rows.map(({ stream, sequence, data }) => ({ stream, sequence: BigInt(sequence), data }));
  });
}
interface Row {
  readonly sequence: string;
  readonly data: unknown;
}

describe("a delivery on the wire", () => {
  it("contains every record once, unchanged, with its own sequence", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), messages => {
        const lines = messages.map(each => JSON.stringify(each));
        const sent = sentBy(`${header("jsonline")}${lines.join("\n")}\n`).sort((a, b) =>
          a.sequence < b.sequence ? -1 : 1,
        );
        expect(sent).toEqual(
          messages.map(({ stream, record }, i) => ({
            stream,
            sequence: firstSequence + BigInt(i),
            data: JSON.parse(JSON.stringify(record)),
          })),
        );
      }),
      { numRuns },
    );
  });

  it("does not depend on where its bytes are in memory", () => {
    const written = fc
      .array(message, { maxLength: 5 })
      .map(messages => messages.map(each => JSON.stringify(each)));
    fc.assert(
      fc.property(written, fc.nat(9), fc.nat(9), fc.boolean(), (lines, before, after, endsInNewline) => {
        const body = Buffer.from(`${header("jsonline")}${lines.join("\n")}${endsInNewline ? "\n" : ""}`);
        const memory = Buffer.alloc(before + body.length + after, '"');
        body.copy(memory, before);
        expect(requestsOf(memory.subarray(before, before + body.length))).toEqual(requestsOf(body));
      }),
      { numRuns },
    );
  });

  it.each(Object.entries(records))(
    "of %s records as transit is what transit-js reads in the lines",
    (_name, record) => {
      const { lines, body } = transitLines(record, 100_000);
      const reader = transit.reader("json");
      const [request] = requestsOf(body).requests;
      const sent = reader.read(Buffer.from(request!.body).toString()) as Map<string, unknown>[];
      expect(sent).toHaveLength(lines.length);
      for (const [i, line] of lines.entries()) {
        const expected = reader.read(line) as Map<string, unknown>;
        expect(transit.equals(sent[i]!.get("data"), expected.get("record"))).toBe(true);
      }
    },
  );

  it.each(Object.entries(records))("of %s records as JSON lines is their own text", (_name, record) => {
    const { lines, body } = jsonlines(record, 100_000);
    const text = Buffer.from(requestsOf(body).requests[0]!.body).toString();
    for (const line of lines) expect(text).toContain(line.slice(line.indexOf('"record":') + 9, -1));
  });
});

describe("any bytes", () => {
  it("get an answer, never a crash", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.constantFrom("jsonline", "transit"), fc.uint8Array({ maxLength: 200 }))
        .map(([type, rest]) => Buffer.concat([Buffer.from(header(type)), rest])),
      fc.tuple(message, fc.nat(), fc.nat(255)).map(([each, place, byte]) => {
        const body = Buffer.from(header("jsonline") + JSON.stringify(each));
        body[place % body.length] = byte;
        return body;
      }),
    );
    fc.assert(
      fc.property(bytes, each => {
        try {
          requestsOf(each);
        } catch (error) {
          expect(error).toBeInstanceOf(PersisterError);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });
});
