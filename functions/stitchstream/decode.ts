import { holdsEscape, lowerCaseBit, newline, underscore } from "../values/bytes.ts";
import { Exhausted, Malformed, stringOf, Uncarriable } from "../values/scanner.ts";
import type { MapCheck } from "../values/slot-check.ts";
import { Utf8Lines } from "../values/utf8.ts";
import { Kind } from "../values/visitor.ts";
import { refuseAirbyteRecord, refuseAirbyteState } from "./airbyte.ts";
import { firstVisible, type Header, readHeader } from "./header.ts";
import { findKeyValues } from "./key-values.ts";
import type { PieceReader } from "./piece-reader.ts";
import type { ValueReader } from "./reader.ts";
import { readerOf } from "./readers.ts";
import { LineShapes } from "./shapes/line-shapes.ts";
import type { StreamSchema } from "./stream-schema.ts";
import { type Table, type TableLimits, Tables } from "./tables.ts";
import { isTimeOrNone } from "./time-extracted.ts";
import type { ValueLimits } from "./value-limits.ts";

export interface DecodeLimits extends ValueLimits, TableLimits {
  readonly headerLinesMax: number;
  readonly lineBytesMax: number;
  readonly keyCharsMax: number;
}

/**
 * Receives a body's messages in order. `reader` has the offsets of the message, valid until the call returns.
 */
export interface MessageSink {
  /** Called before all messages. */
  header?(header: Header): void;
  /** Returns the check of a table's records; undefined if they have none. */
  checkOf?(table: Table): MapCheck | undefined;
  record(line: number, table: Table, reader: ValueReader): void;
  /** `schema` applies to the stream's records from here on. Also called for the first record's own schema. */
  schema(line: number, stream: string, schema: StreamSchema, reader: ValueReader): void;
  /** All rows of a table's version were sent, and it replaces the earlier ones. */
  activation(line: number, table: Table, reader: ValueReader): void;
  /** `isEmptyState`: a Singer tap's STATE of null or `{}`, which it prints if it started without a state. */
  bookmark(line: number, reader: ValueReader, isEmptyState: boolean): void;
  /** A message of a type that the format does not define. */
  ignored(line: number, reader: ValueReader): void;
  /** An invalid line, or one whose record no table can hold. Return false to stop. */
  fault(fault: LineFault): boolean;
}

interface LineFault {
  readonly line: number;
  readonly stream?: string;
  readonly field?: string;
  /** Says what is wrong and how to fix it. */
  readonly message: string;
  /** The message is well-formed, but no table can hold its record. */
  readonly uncarriable: boolean;
}

/**
 * Reads a whole stitchstream, which must end in a newline, into `sink`. Throws NotAStitchstream for an
 * invalid header. Reports an invalid line to the sink and reads on.
 */
export function decode(bytes: Uint8Array, limits: DecodeLimits, sink: MessageSink): void {
  const header = readHeader(bytes, limits.headerLinesMax);
  sink.header?.(header);
  const reader = readerOf(header, bytes, limits);
  const tables = new Tables(limits);
  const shapes = new LineShapes(reader, limits, table => sink.checkOf?.(table));
  const context = { header, tables, shapes, limits, sink };
  const lines = new Utf8Lines(bytes);
  let { line } = header;
  for (let start = header.end; start < bytes.length; line++, start = reader.position) {
    reader.isUtf8 = lines.isUtf8At(start);
    try {
      const table = shapes.read(start);
      if (table === undefined) readLine(reader, start, line, context);
      else {
        tables.note(table);
        sink.record(line, table, reader);
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const continues = sink.fault(faultOf(error, reader, start, line));
      if (!continues || error instanceof Exhausted) break;
      reader.position = bytes.indexOf(newline, start) + 1;
    }
  }
}

/** Everything that reading a line needs besides the line. */
interface Context {
  readonly header: Header;
  readonly tables: Tables;
  readonly shapes: LineShapes;
  readonly limits: DecodeLimits;
  readonly sink: MessageSink;
}

function readLine(reader: PieceReader, start: number, line: number, context: Context): void {
  const { header, tables, shapes, limits, sink } = context;
  reader.position = start;
  reader.skipSpace();
  if (reader.peek() === newline) {
    reader.position++;
    return;
  }
  shapes.scan(start);
  const length = reader.position - 1 - start;
  if (length > limits.lineBytesMax) {
    throw new Malformed(`a line of ${length} bytes, more than ${limits.lineBytesMax}`, start);
  }
  const type = messageType(reader);
  switch (type) {
    case "record": {
      checkRecord(reader);
      const table = tables.of(reader, start);
      // Only now, as reading a record's schema may read the line a second time.
      const isRead = shapes.settle(table, start);
      selectField(reader, "record");
      if (!isRead) findKeyValues(table, reader);
      const wrong = isRead ? undefined : badColumnName(reader, limits);
      if (wrong !== undefined) sink.fault({ line, stream: table.stream, ...wrong, uncarriable: true });
      else if (!isRead) shapes.checkFirst(table);
      sink.record(line, table, reader);
      // Afterwards, as the sink reads a record's own schema with its first record.
      if (wrong === undefined) shapes.learn(table, start);
      return;
    }
    case "bookmark":
    case "state":
      if (!reader.envelope.value.present) {
        refuseAirbyteState(reader, start);
        throw new Malformed("a bookmark has no `value`", start);
      }
      selectField(reader, "value");
      return sink.bookmark(line, reader, header.isSinger && type === "state" && holdsNothing(reader));
    case "schema": {
      const { stream, schema } = tables.declare(reader, start);
      // From here on, the stream's records belong to another table.
      shapes.forget(stream);
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

/** Copies what is known of this field to the reader, whose flags describe the field that was read last. */
function selectField(reader: ValueReader, name: "record" | "value"): void {
  const { standsAlone, spliceable, growth } = reader.envelope[name];
  reader.standsAlone = standsAlone;
  reader.spliceable = spliceable;
  reader.growth = growth;
}

/** Returns whether the STATE just read is null or `{}`. */
function holdsNothing({ bytes, envelope: { value } }: ValueReader): boolean {
  if (value.kind !== Kind.map) return value.kind === Kind.null;
  return firstVisible(bytes, value.textStart + 1) === value.textEnd - 1;
}

/** The Meltano SDK's BATCH: ignoring it would move the bookmark past records that were never sent. */
const filesElsewhere =
  "a BATCH names files of records, which are not sent with it: " +
  "have the tap print RECORD messages, without a `batch_config`";

const messageTypes = ["record", "bookmark", "state", "schema", "activate_version", "batch"] as const;

/** Returns the message's type; undefined for one that the format does not define. */
function messageType(reader: ValueReader): (typeof messageTypes)[number] | undefined {
  const { type } = reader.envelope;
  if (!type.present) throw new Malformed("the message has no `type`", reader.position - 1);
  if (type.kind !== Kind.text && type.kind !== Kind.keyword) {
    throw new Malformed("a message's `type` must be a string", type.textStart);
  }
  for (const name of messageTypes)
    if (spells(reader.bytes, type.contentStart, type.contentEnd, name)) return name;
  return undefined;
}

/** Returns whether the string with this content equals `name`, ignoring case. */
function spells(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length)
    return holdsEscape(bytes, start, end) && stringOf(bytes, start, end).toLowerCase() === name;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!;
    if (byte !== name.charCodeAt(i) && (byte | lowerCaseBit) !== name.charCodeAt(i)) return false;
  }
  return true;
}

function checkRecord(reader: ValueReader): void {
  const { record, stream, time_extracted } = reader.envelope;
  if (!stream.present) refuseAirbyteRecord(reader);
  if (!record.present) throw new Malformed("a RECORD has no `record`", reader.position - 1);
  if (record.kind !== Kind.map)
    throw new Malformed("a RECORD's `record` must be a map of fields", record.textStart);
  if (!isTimeOrNone(reader.bytes, time_extracted)) {
    throw new Malformed(
      "a `time_extracted` must be a time with its zone, such as 2026-11-23T12:00:00Z",
      time_extracted.textStart,
    );
  }
}

const isLoaders = "the destination reserves this column name: rename the field";
const holdsNul = "a column's name can't contain NUL: rename the field";

/** Returns a field of the record just read whose name no column can have, and the reason. */
function badColumnName(
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

/** Returns the stream of an invalid message, if it was read before the fault. */
function streamOf(reader: ValueReader): string | undefined {
  const { stream } = reader.envelope;
  if (!stream.present || stream.kind !== Kind.text) return undefined;
  return stringOf(reader.bytes, stream.contentStart, stream.contentEnd);
}
