import fc from "fast-check";
import { expect, it } from "vitest";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { SchemaInferences } from "../../functions/import-api/infer-schema.ts";
import { Contents } from "../../functions/persister/body/contents.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { batches } from "../../functions/persister/forward/batch.ts";
import { Tracker } from "../../functions/persister/forward/tracker.ts";
import * as limits from "../../functions/persister/limits.ts";
import { decode } from "../../functions/stitchstream/decode.ts";
import { ByteWriter } from "../../functions/values/byte-writer.ts";
import { Refusal } from "../../infra/local/import-api/refusal.ts";
import { rowsOf } from "../../infra/local/import-api/request.ts";
import { firstSequence, requestsOf } from "../persister/delivery.ts";
import { numRuns } from "../runs.ts";
import { tapDeliveries } from "./tap-deliveries.ts";

const clientId = 4242;
const encoder = batchEncoder(clientId);

/** A body as the core reads it, without checks. Skips what can't be read, and reports it. */
function readUnchecked(body: string): { contents: Contents; unreadable: string[] } {
  const contents = new Contents(Buffer.from(body));
  const unreadable: string[] = [];
  const inferences = new SchemaInferences();
  contents.inferences = inferences;
  decode(
    contents.bytes,
    { ...limits, isReserved: () => false },
    {
      header(header) {
        contents.header = header;
      },
      schema() {},
      record(_line, table, reader) {
        contents.addRecord(table, reader);
        contents.readField(contents.records - 1, "record", inferences.of(table));
      },
      activation(line, table) {
        contents.activations.push({ line, table, recordsBefore: contents.records });
      },
      bookmark() {},
      ignored() {},
      fault: ({ message }) => unreadable.push(message) > 0,
    },
  );
  return { contents, unreadable };
}

/**
 * Why the sandbox refuses a delivery, of which it gets every request; undefined if it accepts all of them.
 */
function refusalBySandbox(contents: Contents): string | undefined {
  const tracker = new Tracker();
  for (const batch of batches(contents, encoder, tracker)) {
    const { body, ...request } = encoder.encode(contents, batch, firstSequence, new ByteWriter());
    tracker.accept(batch.ticket);
    try {
      rowsOf({ ...request, clientId, body: Buffer.from(body).toString() });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return `${error.status} ${JSON.stringify(error.body)}`;
    }
  }
  return undefined;
}

/** Why the core refuses a delivery; undefined if it accepts it. */
function refusalByCore(body: string): string | undefined {
  try {
    requestsOf(body);
    return undefined;
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    return error.message;
  }
}

/** Everything that the core refuses and the sandbox accepts: it can't be forwarded without loss. */
const lost: readonly RegExp[] = [
  // The loader overwrites the field or rejects the row, silently.
  /the destination reserves this column name/,
  /a stream's name that the destination reserves/,
];
/** Everything that the core refuses because transit has no form for it. */
const formless = /half a surrogate pair is not a character: transit can't hold it/;
/** Everything that the core accepts, leaving a refusal to the receiver. */
const leftToReceiver: readonly RegExp[] = [
  // Patterns that only Java reads.
  /\\\\A|\\\\Z|\\\\p\{Alpha\}|\(\?i\)|"\]"/,
  // The receiver fetches a schema by its `id` to follow a `$ref` in it; the sandbox fetches nothing.
  /"id":"http.*"\$ref"|"\$ref".*"id":"http/,
  // A `$ref` to the whole schema from a choice that the core need not look at; everit looks at all of them.
  /"\$ref":"#"/,
];

/**
 * Whether a `$ref` with other keywords next to it has the target of another one. everit overrides the target
 * once for all of them, by those next to the `$ref` that it loads first (ReferenceLookup.java); which one is
 * first depends on Java's order of names. The core reads each as it is written.
 */
const sharesTarget = (body: string): boolean =>
  body
    .split("\n")
    .filter(line => line.startsWith('{"type":"SCHEMA"'))
    .some(line => {
      const targets: unknown[] = [];
      const overridden: unknown[] = [];
      JSON.parse(line, (_, value) => {
        if (value?.$ref === undefined) return value;
        targets.push(value.$ref);
        if (Object.keys(value).length > 1) overridden.push(value.$ref);
        return value;
      });
      return overridden.some(each => targets.indexOf(each) !== targets.lastIndexOf(each));
    });

/** Whether core and sandbox may differ about a delivery. */
function mayDiffer(body: string, byCore: string | undefined): boolean {
  if (sharesTarget(body)) return true;
  if (byCore === undefined) return leftToReceiver.some(each => each.test(body));
  return lost.some(each => each.test(byCore));
}

it("the core accepts a delivery if the sandbox accepts every request for it", () => {
  const found = { accepted: 0, refused: 0 };
  const runs = numRuns(1_000);
  fc.assert(
    fc.property(tapDeliveries, body => {
      const { contents, unreadable } = readUnchecked(body);
      const byCore = refusalByCore(body);
      if (unreadable.length > 0) {
        for (const message of unreadable) expect(message).toMatch(formless);
        expect(byCore).toBeDefined();
        return;
      }
      const bySandbox = refusalBySandbox(contents);
      found[bySandbox === undefined ? "accepted" : "refused"]++;
      if ((byCore === undefined) === (bySandbox === undefined) || mayDiffer(body, byCore)) return;
      expect({ body, core: byCore, sandbox: bySandbox }).toBe("in agreement");
    }),
    { numRuns: runs },
  );
  expect(Math.min(found.accepted, found.refused)).toBeGreaterThan(runs / 5);
});

it.each(["title", "description", "id"])("both refuse a `%s` that is not a string next to a `$ref`", name => {
  const x = { type: "object", properties: { a: { $ref: "#/definitions/x" } } };
  const schema = { properties: { a: { $ref: "#/definitions/x", [name]: 5 } }, definitions: { x } };
  const declared = JSON.stringify({ type: "SCHEMA", stream: "orders", schema, key_properties: ["id"] });
  const body = `${declared}\n${JSON.stringify({ type: "RECORD", stream: "orders", record: { id: 1 } })}\n`;
  expect(refusalByCore(body)).toContain(`properties/a has ${name}: 5, which is not a string`);
  expect(refusalBySandbox(readUnchecked(body).contents)).toBeDefined();
});

it("both refuse an invalid pattern in `additionalItems` next to an empty list of `items`", () => {
  const schema = { items: [], additionalItems: { pattern: "\\q" } };
  const declared = JSON.stringify({ type: "SCHEMA", stream: "orders", schema, key_properties: ["id"] });
  const body = `${declared}\n${JSON.stringify({ type: "RECORD", stream: "orders", record: { id: 1 } })}\n`;
  expect(refusalByCore(body)).toContain("\\q");
  expect(refusalBySandbox(readUnchecked(body).contents)).toBeDefined();
});
