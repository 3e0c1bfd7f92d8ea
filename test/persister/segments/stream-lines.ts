import fc from "fast-check";
import transit from "transit-js";
import { transitOf } from "../../bench/lines.ts";

/** A stitchstream as a streamer may print it: its bytes, and their division into chunks. */
export interface Printed {
  readonly bytes: Buffer;
  readonly chunkSizes: readonly number[];
}

const schemaOf = (more: number) => ({ properties: { id: { type: "integer" }, [`more${more}`]: {} } });
const stream = fc.constantFrom("a", "b", "c", "versioned");
const record = fc.record({ id: fc.nat(99), text: fc.constantFrom("", "ä\u2028😀", "x".repeat(80)) });

/** A stream with a version names it in each record, and has its SCHEMA first. */
const recordMessage = fc
  .tuple(stream, record, fc.nat(2), fc.constantFrom("none", "keys", "schema"))
  .map(([of, made, n, inline]) => ({
    type: "RECORD",
    stream: of,
    ...(of === "versioned" && { version: n + 1 }),
    ...(of !== "versioned" && inline === "keys" && { key_fields: ["id"] }),
    ...(of !== "versioned" && inline === "schema" && { schema: schemaOf(n), key_properties: ["id"] }),
    record: made,
  }));
const schemaMessage = fc.tuple(stream, fc.nat(3)).map(([of, more]) => ({
  type: "SCHEMA",
  stream: of,
  key_properties: ["id"],
  schema: schemaOf(more),
}));
const bookmarkMessage = fc
  .tuple(fc.constantFrom("STATE", "BOOKMARK", "bookmark"), fc.oneof(fc.nat(99), record))
  .map(([type, value]) => ({ type, value }));

const message = fc.oneof(
  { weight: 10, arbitrary: recordMessage },
  { weight: 1, arbitrary: schemaMessage },
  { weight: 3, arbitrary: bookmarkMessage },
  {
    weight: 1,
    arbitrary: fc.nat(2).map(n => ({ type: "ACTIVATE_VERSION", stream: "versioned", version: n + 1 })),
  },
  { weight: 1, arbitrary: fc.constant({ type: "LOG", message: "of another format" }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const headers = {
  json: [
    "",
    "\ufeff",
    "stitchstream/0.1\nContent-Type: jsonline\n--\n",
    "stitchstream/0.1\r\nX: y\r\ncontent-type: JSONLINE\r\n--\r\n",
  ],
  transit: [
    "stitchstream/0.1\nContent-Type: transit\n--\n",
    "\ufeffstitchstream/0.1\r\nContent-Type: transit\r\n--\r\n\r\n",
  ],
};
const writers = {
  json: (said: object) => JSON.stringify(said),
  transit: (said: object) => transit.writer("json").write(transitOf(said)),
};
const declaration = { type: "SCHEMA", stream: "versioned", key_properties: ["id"], schema: schemaOf(0) };

export const printed: fc.Arbitrary<Printed> = fc
  .record({
    encoding: fc.constantFrom("json" as const, "transit" as const),
    header: fc.nat(3),
    messages: fc.array(message, { maxLength: 60 }),
    blank: fc.constantFrom("", "  ", "\t"),
    lineEnd: fc.constantFrom("\n", "\r\n"),
    ended: fc.boolean(),
    chunkSizes: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
  })
  .map(({ encoding, header, messages, blank, lineEnd, ended, chunkSizes }) => {
    const lines = [declaration, ...messages].map(each =>
      each === undefined ? blank : writers[encoding](each),
    );
    const head = headers[encoding][header % headers[encoding].length]!;
    return { bytes: Buffer.from(head + lines.join(lineEnd) + (ended ? lineEnd : "")), chunkSizes };
  });
