import { type Header, readHeader } from "./header.ts";
import { JsonReader } from "./json.ts";
import type { ValueLimits, ValueReader } from "./reader.ts";
import { type Table, type TableLimits, Tables } from "./tables.ts";
import { Malformed, newline, stringOf, Uncarriable } from "./text.ts";
import { TransitReader } from "./transit.ts";
import { Kind } from "./visitor.ts";

export interface DecodeLimits extends ValueLimits, TableLimits {
  readonly headerLinesMax: number;
  readonly lineBytesMax: number;
}

/** What a body's messages are given to, in their order. `reader` holds the places of the message just read. */
export interface MessageSink {
  record(line: number, table: Table, reader: ValueReader): void;
  bookmark(line: number, reader: ValueReader): void;
  /** A message of a type that is not this format's. */
  ignored(line: number): void;
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

/** A body whose last line ends in a newline, as the readers want it; copied only where it does not. */
export function endingInNewline(body: Uint8Array): Uint8Array {
  if (body[body.length - 1] === newline) return body;
  const ended = new Uint8Array(body.length + 1);
  ended.set(body);
  ended[body.length] = newline;
  return ended;
}

export const readerOf = (
  header: Pick<Header, "encoding">,
  bytes: Uint8Array,
  limits: ValueLimits,
): ValueReader =>
  header.encoding === "json" ? new JsonReader(bytes, limits) : new TransitReader(bytes, limits);

/**
 * Reads a whole stitchstream, `bytes` ending in a newline, into `sink`. Throws NotAStitchstream for its header; a faulty
 * line is told to the sink, and the next one is read.
 */
export function decode(bytes: Uint8Array, limits: DecodeLimits, sink: MessageSink): Header {
  const header = readHeader(bytes, limits.headerLinesMax);
  const reader = readerOf(header, bytes, limits);
  const tables = new Tables(limits);
  let { line } = header;
  for (let start = header.end; start < bytes.length; line++, start = reader.position) {
    try {
      readLine(reader, start, line, tables, limits, sink);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const goOn = sink.fault(faultOf(error, reader, start, line));
      if (!goOn) break;
      reader.position = bytes.indexOf(newline, start) + 1;
    }
  }
  return header;
}

function readLine(
  reader: ValueReader,
  start: number,
  line: number,
  tables: Tables,
  limits: DecodeLimits,
  sink: MessageSink,
): void {
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
  switch (messageType(reader)) {
    case "record":
      checkRecord(reader);
      return sink.record(line, tables.of(reader), reader);
    case "bookmark":
    case "state":
      if (!reader.envelope.value.present) throw new Malformed("a bookmark wants its `value`", start);
      return sink.bookmark(line, reader);
    case "schema":
    case "activate_version":
      throw new Malformed(
        "streams with schemas are not taken yet: send `key_fields` with each record",
        start,
      );
    default:
      return sink.ignored(line);
  }
}

const messageTypes = ["record", "bookmark", "state", "schema", "activate_version"] as const;

/** The message's type, or undefined for one that is not this format's. */
function messageType(reader: ValueReader): (typeof messageTypes)[number] | undefined {
  const { type } = reader.envelope;
  if (!type.present) throw new Malformed("a message wants its `type`", reader.position - 1);
  if (type.kind !== Kind.text && type.kind !== Kind.keyword) {
    throw new Malformed("a message's `type` is a string", type.textStart);
  }
  return messageTypes.find(name => spells(reader.bytes, type.contentStart, type.contentEnd, name));
}

/** Whether the bytes are `name`, its lower-case letters and `_` in any case. */
function spells(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!;
    if (byte !== name.charCodeAt(i) && (byte | 0x20) !== name.charCodeAt(i)) return false;
  }
  return true;
}

function checkRecord(reader: ValueReader): void {
  const { record, schema } = reader.envelope;
  if (!record.present) throw new Malformed("a RECORD wants its `record`", reader.position - 1);
  if (record.kind !== Kind.map)
    throw new Malformed("a RECORD's `record` is a map of fields", record.textStart);
  if (schema.present) {
    throw new Malformed(
      "records with a schema are not taken yet: send `key_fields` instead",
      schema.textStart,
    );
  }
}

function faultOf(error: Malformed, reader: ValueReader, start: number, line: number): LineFault {
  const place = error.position >= start ? `, at byte ${error.position - start + 1} of the line` : "";
  const stream = reader.lineStart === start ? streamOf(reader) : undefined;
  const field = reader.lineStart === start ? reader.faultyField() : undefined;
  return {
    line,
    ...(stream === undefined ? {} : { stream: cut(stream) }),
    ...(field === undefined ? {} : { field: cut(field) }),
    message: error.message + place,
    uncarriable: error instanceof Uncarriable,
  };
}

const cut = (name: string) => name.slice(0, 100);

/** The stream of a faulty message, where it was read before the fault. */
function streamOf(reader: ValueReader): string | undefined {
  const { stream } = reader.envelope;
  if (!stream.present || stream.kind !== Kind.text) return undefined;
  return stringOf(reader.bytes, stream.contentStart, stream.contentEnd);
}
