import { isLosslessNumber, parse } from "lossless-json";
import { endingInNewline } from "../functions/stitchstream/readers.ts";
import { TransitReader } from "../functions/stitchstream/transit/reader.ts";
import type { ValueLimits } from "../functions/stitchstream/value-limits.ts";
import { ByteWriter } from "../functions/values/byte-writer.ts";
import { JsonWriter } from "../functions/values/json-writer.ts";
import { isInt64 } from "../functions/values/transit-scalar.ts";
import { jsonOf, numberOf } from "./json.ts";
import type { Bookmark, Message } from "./streamer.ts";

export type FormatName = "jsonline" | "transit" | "singer";

/** An encoding of a stitchstream's messages: docs/format.md. */
export interface Format {
  /** Precedes the first message. */
  readonly header: string;
  /** Returns a message's line, with its newline. */
  line(message: Message): string;
}

const header = (contentType: string) => `stitchstream/0.1\nContent-Type: ${contentType}\n--\n`;

export const formats: Readonly<Record<FormatName, Format>> = {
  jsonline: {
    header: header("jsonline"),
    line: message => `${jsonOf(fieldsOf(message, "BOOKMARK"))}\n`,
  },
  transit: {
    header: header("transit"),
    line: message => `${jsonOf(transitOf(fieldsOf(message, "BOOKMARK")))}\n`,
  },
  singer: { header: "", line: message => `${jsonOf(fieldsOf(message, "STATE"))}\n` },
};

function fieldsOf(message: Message, bookmarkType: "BOOKMARK" | "STATE"): object {
  switch (message.type) {
    case "SCHEMA": {
      const { name: stream, schema, keys } = message.table;
      return { type: "SCHEMA", stream, schema, key_properties: keys };
    }
    case "RECORD":
      return { type: "RECORD", stream: message.table.name, record: message.record };
    case "BOOKMARK":
      return { type: bookmarkType, value: message.value };
  }
}

/**
 * Returns a value as compact transit-JSON without cache codes: github.com/cognitect/transit-format.
 * transit-js would print 1.0 as 1, and throws for a record with a column `constructor`.
 */
function transitOf(value: unknown): unknown {
  if (typeof value === "string") return /^[~^`]/.test(value) ? `~${value}` : value;
  if (value instanceof Date) return `~m${value.getTime()}`;
  if (isLosslessNumber(value)) return transitNumber(value.value);
  if (Array.isArray(value)) return value.map(transitOf);
  if (typeof value !== "object" || value === null) return value;
  return ["^ ", ...Object.entries(value).flatMap(([name, each]) => [transitOf(name), transitOf(each)])];
}

/**
 * Readers accept a bare number as a double or as an integer below 2^53. Other integers and decimals need a
 * tag.
 */
function transitNumber(text: string): unknown {
  const isInteger = !/[.eE]/.test(text);
  const number = numberOf(text);
  if (typeof number === "number" && (!isInteger || Number.isSafeInteger(number))) return number;
  if (!isInteger) return `~f${text}`;
  return (isInt64(text) ? "~i" : "~n") + text;
}

/** A streamer's bookmark is below 1 MiB and a few levels deep. */
const limits: ValueLimits = { depthMax: 128, dataPointsMax: 2 ** 20, expansionBytesMax: 2 ** 26 };

/** Reads a bookmark that any of the formats wrote. Throws for other text. */
export function bookmarkOf(text: string): Bookmark {
  const value = parse(text.startsWith("[") ? jsonOfTransit(text) : text, undefined, numberOf);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("a bookmark is a map, with a position for each source");
  return value as Bookmark;
}

function jsonOfTransit(text: string): string {
  const json = new ByteWriter();
  const reader = new TransitReader(endingInNewline(Buffer.from(text)), limits);
  reader.readAlone(0, new JsonWriter(json));
  return Buffer.from(json.view()).toString();
}
