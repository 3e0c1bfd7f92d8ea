import fc from "fast-check";
import { expect, it } from "vitest";
import { PersisterError } from "../../functions/persister/errors.ts";
import { numRuns } from "../runs.ts";
import { bytesOf, hostileBodies } from "../streams/bodies.ts";
import { requestsOf } from "./delivery.ts";

const bytes = 30_000;

/** Batches, or an error of ours whose places are in the body. */
function expectAnswer(body: Buffer): void {
  try {
    requestsOf(body);
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const lines = body.toString("latin1").split("\n").length;
    const { faults } = error.details;
    expect(faults?.length).toBeGreaterThan(0);
    for (const { line } of faults!) expect(line).toSatisfy(at => at >= 1 && at <= lines);
  }
}

it("a hostile body is written to batches or refused, and nothing else", () => {
  fc.assert(
    fc.property(
      hostileBodies,
      fc.double({ min: 0, max: 2, noNaN: true, maxExcluded: true }),
      fc.nat(255),
      (body, place, byte) => {
        const whole = bytesOf(body, bytes);
        // Half of them with one byte changed.
        if (place < 1) whole[Math.floor(place * whole.length)] = byte;
        expectAnswer(whole);
      },
    ),
    { numRuns: numRuns(60) },
  );
});

const heads = fc.constantFrom(
  "",
  "stitchstream/0.1\nContent-Type: jsonline\n--\n",
  "stitchstream/0.1\nContent-Type: transit\n--\n",
  "stitchstream/0.1\r\n",
  "\ufeff",
);
const token = fc.constantFrom(
  ...[
    '{"type":"RECORD","stream":"s","record":{',
    '["^ ","type","RECORD","stream","s","record",["^ "',
    '"id"',
    "1",
  ],
  ...[
    ',"value":',
    ',"key_fields":["id"]',
    ',"schema":{"properties":{"id":{}}}',
    '"version"',
    "{",
    "}",
    "[",
    "]",
  ],
  ...[
    '{"type":"STATE","value":',
    '{"type":"SCHEMA","stream":"s","schema":',
    '["^ ","type","BOOKMARK","value"',
    ",",
  ],
  ...[
    ":",
    '"',
    "\\",
    '"~#set"',
    '"~#cmap"',
    '"~#\'"',
    '"^0"',
    '"^1"',
    '"^ "',
    '"~:word"',
    '"~i5"',
    '"~zNaN"',
    "~",
    "^",
  ],
  ...[
    "null",
    "true",
    "-",
    "0",
    "1e400",
    ".5",
    " ",
    "\t",
    "\r",
    "\n",
    "\n",
    "\0",
    "\\ud83d",
    "\\u005e",
    "--",
    "Content-Type:",
  ],
);
const piece = fc.oneof(
  { weight: 20, arbitrary: token.map(text => Buffer.from(text)) },
  fc.uint8Array({ maxLength: 8 }).map(raw => Buffer.from(raw)),
);

it("any bytes get an answer", () => {
  fc.assert(
    fc.property(heads, fc.array(piece, { maxLength: 40 }), (head, pieces) => {
      expectAnswer(Buffer.concat([Buffer.from(head), ...pieces]));
    }),
    { numRuns: numRuns(2_000) },
  );
});
