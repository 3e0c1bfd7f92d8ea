import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import type { Contents } from "../../functions/persister/body/contents.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import type { Table } from "../../functions/stitchstream/tables.ts";

/** The events of a body in order, as the Import API and readers of the bookmark see them. */
export interface Event {
  readonly kind: "record" | "activation" | "bookmark";
  readonly text: string;
  /** The line in the body, from 1. */
  readonly line: number;
}

const encoder = batchEncoder(1);
const rules = importApiRules();
await rules.schemas.loadPatterns();

export function eventsOf(body: Uint8Array): Event[] {
  const contents = validate(body, { sizes: encoder, rules });
  const { activations, bookmarks } = contents;
  // An activation between two records comes before the second one.
  const placed = [
    ...Array.from({ length: contents.records }, (_, n) => ({
      at: [n, Number.POSITIVE_INFINITY, 0],
      event: event(
        "record",
        `${tableText(contents.recordTable(n))} ` +
          `${textOf(contents, contents.recordStart(n), contents.recordEnd(n))}`,
        contents.recordLine(n),
      ),
    })),
    ...activations.map(({ line, table, recordsBefore }, n) => ({
      at: [recordsBefore, n, 1],
      event: event("activation", tableText(table), line),
    })),
    ...bookmarks.map(({ start, end, lineStart, recordsBefore, activationsBefore }) => ({
      at: [recordsBefore, activationsBefore, 0],
      event: event("bookmark", textOf(contents, start, end), lineOf(contents, lineStart)),
    })),
  ];
  placed.sort((a, b) => a.at.map((place, n) => compare(place, b.at[n]!)).find(order => order !== 0) ?? 0);
  return placed.map(each => each.event);
}

/** Returns the events without bookmarks that the next one replaces at once. */
export const withoutReplaced = (events: readonly Event[]): Event[] =>
  events.filter(({ kind }, n) => kind !== "bookmark" || events[n + 1]?.kind !== "bookmark");

const event = (kind: Event["kind"], text: string, line: number): Event => ({ kind, text, line });
const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
const textOf = ({ bytes }: Contents, start: number, end: number) =>
  Buffer.from(bytes.subarray(start, end)).toString();
const lineOf = ({ bytes }: Contents, position: number) =>
  Buffer.from(bytes.subarray(0, position)).toString("latin1").split("\n").length;
const tableText = ({ stream, keyNames, schema, version }: Table) =>
  JSON.stringify({
    stream,
    keyNames,
    version,
    schema: schema && JSON.parse(Buffer.from(schema.text).toString()),
  });
