import { ByteWriter } from "../values/byte-writer.ts";
import { isSame } from "../values/bytes.ts";
import type { JsonObject } from "../values/json-object.ts";
import { JsonWriter, NotInJson } from "../values/json-writer.ts";
import { Malformed } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { EnvelopeField } from "./envelope.ts";
import type { ValueReader } from "./reader.ts";

/** What a stream's records are to be, as a SCHEMA message or a record says. */
export interface StreamSchema {
  /** Its place among the body's. */
  readonly id: number;
  /** The JSON Schema, as JSON. */
  readonly text: Uint8Array;
  /** As the streamer names them, or as the properties that carry `"key": true`; empty where there are none. */
  readonly keyNames: readonly string[];
  readonly bookmarkNames: readonly string[];
  /** About what the names take as JSON, in bytes. */
  readonly namesBytes: number;
}

/** How large the schemas of a body may be, and how many. */
export interface SchemaLimits {
  readonly schemaBytesMax: number;
  /** Of each list of names beside a schema. */
  readonly namesBytesMax: number;
  readonly schemasMax: number;
}

const utf8 = new TextDecoder();
const utf8Bytes = (text: string) => new TextEncoder().encode(text).length;

/** The schemas of one body, each read once. */
export class StreamSchemas {
  readonly #byText = new Map<string, StreamSchema>();
  readonly #limits: SchemaLimits;
  #last: { readonly raw: Uint8Array; readonly schema: StreamSchema } | undefined;

  constructor(limits: SchemaLimits) {
    this.#limits = limits;
  }

  /** The schema of the message that the reader has just read. Throws Malformed for what can't be one. */
  of(reader: ValueReader, position: number): StreamSchema {
    const { schema, key_properties, bookmark_properties } = reader.envelope;
    // The same text with codes in it means something else on another line.
    const isPlain = !key_properties.present && !bookmark_properties.present && schema.standsAlone;
    const raw = reader.bytes.subarray(schema.textStart, schema.textEnd);
    if (isPlain && this.#last !== undefined && isSame(raw, 0, raw.length, this.#last.raw))
      return this.#last.schema;
    const text = this.#textOf(schema, reader, position);
    const keys = keyNamesAt(reader, position, this.#limits);
    const bookmarks = bookmarkNamesAt(reader, position, this.#limits);
    const identity = `${utf8.decode(text)}${JSON.stringify([keys, bookmarks])}`;
    const known = this.#byText.get(identity) ?? this.#add(identity, text, keys, bookmarks, schema);
    if (isPlain) this.#last = { raw, schema: known };
    return known;
  }

  #textOf(schema: EnvelopeField, reader: ValueReader, position: number): Uint8Array {
    if (!schema.present) throw new Malformed("a SCHEMA wants its `schema`", reader.position - 1);
    if (schema.kind !== Kind.map)
      throw new Malformed("a `schema` is a JSON Schema, an object", schema.textStart);
    return fieldAsJson(reader, "schema", position, this.#limits);
  }

  #add(
    identity: string,
    text: Uint8Array,
    keys: readonly string[] | undefined,
    bookmarkNames: readonly string[],
    { textStart }: EnvelopeField,
  ): StreamSchema {
    if (this.#byText.size === this.#limits.schemasMax) {
      throw new Malformed(
        `more than ${this.#limits.schemasMax} schemas in one body: send them in several`,
        textStart,
      );
    }
    const keyNames = keys ?? flaggedKeys(text);
    const schema = {
      id: this.#byText.size,
      // Not a part of the body, which would be kept with it.
      text: text.slice(),
      keyNames,
      bookmarkNames,
      namesBytes: utf8Bytes(JSON.stringify([keyNames, bookmarkNames])),
    };
    this.#byText.set(identity, schema);
    return schema;
  }
}

function tooLarge(bytes: number, name: SchemaField, limits: SchemaLimits, { textStart }: EnvelopeField) {
  const message = `a \`${name}\` of ${bytes} bytes, more than ${bytesMaxOf(name, limits)}: say less of the records`;
  return new Malformed(message, textStart);
}

const bytesMaxOf = (name: SchemaField, { schemaBytesMax, namesBytesMax }: SchemaLimits) =>
  name === "schema" ? schemaBytesMax : namesBytesMax;

/** What a field may grow by is no more than a bound: it may be so many times the limit. */
const boundPerLimit = 8;

type SchemaField = "schema" | "key_properties" | "bookmark_properties";

/** A field of the line at `position` as JSON text; reads the line once more where it is transit. */
function fieldAsJson(
  reader: ValueReader,
  name: SchemaField,
  position: number,
  limits: SchemaLimits,
): Uint8Array {
  const field = reader.envelope[name];
  const text = reader.isJson
    ? reader.bytes.subarray(field.textStart, field.textEnd)
    : transitAsJson(reader, name, position, limits);
  if (text.length > bytesMaxOf(name, limits)) throw tooLarge(text.length, name, limits, field);
  return text;
}

function transitAsJson(
  reader: ValueReader,
  name: SchemaField,
  position: number,
  limits: SchemaLimits,
): Uint8Array {
  const { textStart, textEnd, growth } = reader.envelope[name];
  const bytesMax = textEnd - textStart + growth;
  if (bytesMax > boundPerLimit * bytesMaxOf(name, limits))
    throw tooLarge(bytesMax, name, limits, reader.envelope[name]);
  const out = new ByteWriter(textEnd - textStart);
  try {
    reader.readField(position, name, new JsonWriter(out));
  } catch (error) {
    if (!(error instanceof NotInJson)) throw error;
    throw new Malformed(`a \`${name}\` with ${error.message}`, textStart);
  }
  return out.view();
}

function keyNamesAt(reader: ValueReader, position: number, limits: SchemaLimits): string[] | undefined {
  const names = valueAt(reader, "key_properties", position, limits);
  if (names === null) return undefined;
  if (!areNames(names))
    throw new Malformed("`key_properties` is a list of names", reader.envelope.key_properties.textStart);
  return [...new Set(names)];
}

/** Accepts what singer-python does: one name, or a list with null in it (pipelinewise-tap-mssql's `[replication_key]`). */
function bookmarkNamesAt(reader: ValueReader, position: number, limits: SchemaLimits): string[] {
  const said = valueAt(reader, "bookmark_properties", position, limits);
  const names = (Array.isArray(said) ? said : [said]).filter(each => each !== null);
  if (!areNames(names))
    throw new Malformed(
      "`bookmark_properties` is a list of names",
      reader.envelope.bookmark_properties.textStart,
    );
  return [...new Set(names)];
}

const areNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(each => typeof each === "string");

/** A field's value; null where the message has none. */
function valueAt(
  reader: ValueReader,
  name: "key_properties" | "bookmark_properties",
  position: number,
  limits: SchemaLimits,
): unknown {
  if (!reader.envelope[name].present) return null;
  return JSON.parse(utf8.decode(fieldAsJson(reader, name, position, limits)));
}

/** Before Singer, keys were flagged in the schema: the properties of November 2016. */
function flaggedKeys(text: Uint8Array): string[] {
  const { properties } = JSON.parse(utf8.decode(text)) as JsonObject;
  if (typeof properties !== "object" || properties === null) return [];
  return Object.entries(properties).flatMap(([name, property]: [string, unknown]) =>
    (property as JsonObject | null)?.key === true ? [name] : [],
  );
}
