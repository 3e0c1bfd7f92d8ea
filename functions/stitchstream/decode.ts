import { holdsEscape, lowerCaseBit, newline, underscore } from "../values/bytes.ts";
import { Exhausted, Malformed, stringOf, Uncarriable } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import { refuseAirbyteRecord, refuseAirbyteState } from "./airbyte.ts";
import { firstVisible, type Header, readHeader } from "./header.ts";
import { findKeyValues } from "./key-values.ts";
import type { PieceReader } from "./piece-reader.ts";
import type { ValueReader } from "./reader.ts";
import { readerOf } from "./readers.ts";
import type { StreamSchema } from "./stream-schema.ts";
import { type Table, type TableLimits, Tables } from "./tables.ts";
import { LineTemplates } from "./templates/line-templates.ts";
import { isTimeOrNone } from "./time-extracted.ts";
import type { ValueLimits } from "./value-limits.ts";

export interface DecodeLimits extends ValueLimits, TableLimits {
  readonly headerLinesMax: number;
  readonly lineBytesMax: number;
}

/** What a body's messages are given to, in their order. `reader` holds the places of the message just read. */
export interface MessageSink {
  record(line: number, table: Table, reader: ValueReader): void;
  /** A stream's records are from here on as `schema` says; of a record's own schema the first is told here, too. */
  schema(line: number, stream: string, schema: StreamSchema, reader: ValueReader): void;
  /** All rows of a table's version have come, and it takes the place of the earlier ones. */
  activation(line: number, table: Table, reader: ValueReader): void;
  /** `isEmptyState`: a Singer tap's STATE of null or `{}`, which it prints where it was given no state. */
  bookmark(line: number, reader: ValueReader, isEmptyState: boolean): void;
  /** A message of a type that is not this format's. */
  ignored(line: number, reader: ValueReader): void;
  /** A line that is no message, or whose record can't be carried. Return false to stop. */
  fault(fault: LineFault): boolean;
}

interface LineFault {
  readonly line: number;
  readonly stream?: string;
  readonly field?: string;
  /** What is wrong and its mend. */
  readonly message: string;
  /** The message is well-formed, and its record can't be carried. */
  readonly uncarriable: boolean;
}

/**
 * Reads a whole stitchstream, `bytes` ending in a newline, into `sink`. Throws NotAStitchstream for its header; a faulty
 * line is told to the sink, and the next one is read.
 */
export function decode(bytes: Uint8Array, limits: DecodeLimits, sink: MessageSink): Header {
  const header = readHeader(bytes, limits.headerLinesMax);
  const reader = readerOf(header, bytes, limits);
  const tables = new Tables(limits);
  const templates = new LineTemplates(limits.lineBytesMax);
  const way = { header, tables, templates, limits, sink };
  let { line } = header;
  for (let start = header.end; start < bytes.length; line++, start = reader.position) {
    try {
      const table = templates.read(reader, start);
      if (table === undefined) readLine(reader, start, line, way);
      else {
        tables.note(table);
        sink.record(line, table, reader);
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const goOn = sink.fault(faultOf(error, reader, start, line));
      if (!goOn || error instanceof Exhausted) break;
      reader.position = bytes.indexOf(newline, start) + 1;
    }
  }
  return header;
}

interface Way {
  readonly header: Header;
  readonly tables: Tables;
  readonly templates: LineTemplates;
  readonly limits: DecodeLimits;
  readonly sink: MessageSink;
}

function readLine(reader: PieceReader, start: number, line: number, way: Way): void {
  const { header, tables, templates, limits, sink } = way;
  reader.position = start;
  reader.skipSpace();
  if (reader.peek() === newline) {
    reader.position++;
    return;
  }
  reader.readMessage(start);
  const length = reader.position - 1 - start;
  if (length > limits.lineBytesMax) {
    throw new Malformed(`a line of ${length} bytes, more than ${limits.lineBytesMax}`, start);
  }
  const type = messageType(reader);
  switch (type) {
    case "record": {
      checkRecord(reader);
      const table = tables.of(reader, start);
      // Only now: for a schema the line is read once more.
      selectField(reader, "record");
      findKeyValues(table, reader);
      const unfit = unfitField(reader, limits);
      if (unfit === undefined) templates.learn(reader, table, start);
      else sink.fault({ line, stream: table.stream, ...unfit, uncarriable: true });
      return sink.record(line, table, reader);
    }
    case "bookmark":
    case "state":
      if (!reader.envelope.value.present) {
        refuseAirbyteState(reader, start);
        throw new Malformed("a bookmark wants its `value`", start);
      }
      selectField(reader, "value");
      return sink.bookmark(line, reader, header.isSinger && type === "state" && holdsNothing(reader));
    case "schema": {
      const { stream, schema } = tables.declare(reader, start);
      // Records of the stream are another table's from here on.
      templates.clear();
      return sink.schema(line, stream, schema, reader);
    }
    case "activate_version":
      return sink.activation(line, tables.activated(reader), reader);
    case "batch":
      throw new Uncarriable(filesElsewhere, start);
    default:
      return sink.ignored(line, reader);
  }
}

/** The message just read is about this field: what is known of the one read last is another's. */
function selectField(reader: ValueReader, name: "record" | "value"): void {
  const { standsAlone, spliceable, growth } = reader.envelope[name];
  reader.standsAlone = standsAlone;
  reader.spliceable = spliceable;
  reader.growth = growth;
}

/** The STATE just read is null or `{}`. */
function holdsNothing({ bytes, envelope: { value } }: ValueReader): boolean {
  if (value.kind !== Kind.map) return value.kind === Kind.null;
  return firstVisible(bytes, value.textStart + 1) === value.textEnd - 1;
}

/** Singer's BATCH, of Meltano's SDK: to ignore it would move the bookmark beyond records that nobody has. */
const filesElsewhere =
  "a BATCH names files of records, which are not sent with it: have the tap print RECORD messages, without a `batch_config`";

const messageTypes = ["record", "bookmark", "state", "schema", "activate_version", "batch"] as const;

/** The message's type, or undefined for one that is not this format's. */
function messageType(reader: ValueReader): (typeof messageTypes)[number] | undefined {
  const { type } = reader.envelope;
  if (!type.present) throw new Malformed("a message wants its `type`", reader.position - 1);
  if (type.kind !== Kind.text && type.kind !== Kind.keyword) {
    throw new Malformed("a message's `type` is a string", type.textStart);
  }
  const { bytes } = reader;
  return messageTypes.find(name => spells(bytes, type.contentStart, type.contentEnd, name));
}

/** Whether the string of this content is `name`, in any case. */
function spells(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (holdsEscape(bytes, start, end)) return stringOf(bytes, start, end).toLowerCase() === name;
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!;
    if (byte !== name.charCodeAt(i) && (byte | lowerCaseBit) !== name.charCodeAt(i)) return false;
  }
  return true;
}

function checkRecord(reader: ValueReader): void {
  const { record, stream, time_extracted } = reader.envelope;
  if (!stream.present) refuseAirbyteRecord(reader);
  if (!record.present) throw new Malformed("a RECORD wants its `record`", reader.position - 1);
  if (record.kind !== Kind.map)
    throw new Malformed("a RECORD's `record` is a map of fields", record.textStart);
  if (!isTimeOrNone(reader.bytes, time_extracted)) {
    throw new Malformed(
      "a `time_extracted` is a time with its zone, such as 2026-11-23T12:00:00Z",
      time_extracted.textStart,
    );
  }
}

const isLoaders = "the Import API's loader makes a column of this name itself: give the field another";
const holdsNul = "a name that holds NUL can be no column's: give the field another";

/** A field of the record just read whose name no column can have, and why. */
function unfitField(
  { bytes, recordMembers: members }: ValueReader,
  { isReserved }: DecodeLimits,
): { field: string; message: string } | undefined {
  for (let i = 0; i < members.count; i++) {
    const start = members.nameStart(i);
    const end = members.nameEnd(i);
    if (bytes[start] !== underscore && !holdsEscape(bytes, start, end)) continue;
    const field = stringOf(bytes, start, end);
    if (field.startsWith("_") && isReserved(field)) return { field, message: isLoaders };
    if (field.includes("\0")) return { field, message: holdsNul };
  }
  return undefined;
}

function faultOf(error: Malformed, reader: ValueReader, start: number, line: number): LineFault {
  const place = error.position >= start ? `, at byte ${error.position - start + 1} of the line` : "";
  const stream = reader.lineStart === start ? streamOf(reader) : undefined;
  const field = reader.lineStart === start ? reader.faultyField() : undefined;
  return {
    line,
    ...(stream === undefined ? {} : { stream }),
    ...(field === undefined ? {} : { field }),
    message: error.message + place,
    uncarriable: error instanceof Uncarriable,
  };
}

/** The stream of a faulty message, where it was read before the fault. */
function streamOf(reader: ValueReader): string | undefined {
  const { stream } = reader.envelope;
  if (!stream.present || stream.kind !== Kind.text) return undefined;
  return stringOf(reader.bytes, stream.contentStart, stream.contentEnd);
}
