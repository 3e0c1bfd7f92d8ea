import { ByteWriter } from "../values/byte-writer.ts";
import { isSame } from "../values/bytes.ts";
import type { JsonObject } from "../values/json-object.ts";
import { JsonWriter, NotInJson } from "../values/json-writer.ts";
import { Malformed } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { EnvelopeField } from "./envelope.ts";
import type { ValueReader } from "./reader.ts";

/** The schema of a stream's records, from a SCHEMA message or a record. */
export interface StreamSchema {
  /** Its index among the body's schemas. */
  readonly id: number;
  /** The JSON Schema, as JSON. */
  readonly text: Uint8Array;
  /** The key names from the message, or the properties with `"key": true`; may be empty. */
  readonly keyNames: readonly string[];
  readonly bookmarkNames: readonly string[];
  /** The approximate size of the names as JSON, in bytes. */
  readonly namesBytes: number;
}

/** Limits on the size and number of a body's schemas. */
export interface SchemaLimits {
  readonly schemaBytesMax: number;
  /** For each list of names next to a schema. */
  readonly namesBytesMax: number;
  readonly schemasMax: number;
}

const utf8 = new TextDecoder();
const utf8Bytes = (text: string) => new TextEncoder().encode(text).length;

/** The schemas of one body. Each is read once. */
export class StreamSchemas {
  readonly #byText = new Map<string, StreamSchema>();
  readonly #limits: SchemaLimits;
  #last: { readonly raw: Uint8Array; readonly schema: StreamSchema } | undefined;

  constructor(limits: SchemaLimits) {
    this.#limits = limits;
  }

  /** Returns the schema of the message that was just read. Throws Malformed if it is invalid. */
  of(reader: ValueReader, position: number): StreamSchema {
    const { schema, key_properties, bookmark_properties } = reader.envelope;
    // A text with cache codes has another meaning on another line.
    const isPlain = !key_properties.present && !bookmark_properties.present && schema.standsAlone;
    const raw = reader.bytes.subarray(schema.textStart, schema.textEnd);
    if (isPlain && this.#last !== undefined && isSame(raw, 0, raw.length, this.#last.raw))
      return this.#last.schema;
    const text = this.#textOf(schema, reader, position);
    const keys = keyNamesAt(reader, position, this.#limits);
    const bookmarkNames = bookmarkNamesAt(reader, position, this.#limits);
    const identity = `${utf8.decode(text)}${JSON.stringify([keys, bookmarkNames])}`;
    const known =
      this.#byText.get(identity) ??
      this.#add(identity, { text, keys, bookmarkNames, position: schema.textStart });
    if (isPlain) this.#last = { raw, schema: known };
    return known;
  }

  #textOf(schema: EnvelopeField, reader: ValueReader, position: number): Uint8Array {
    if (!schema.present) throw new Malformed("a SCHEMA has no `schema`", reader.position - 1);
    if (schema.kind !== Kind.map)
      throw new Malformed("a `schema` is a JSON Schema, an object", schema.textStart);
    return fieldAsJson(reader, "schema", position, this.#limits);
  }

  #add(
    identity: string,
    {
      text,
      keys,
      bookmarkNames,
      position,
    }: {
      readonly text: Uint8Array;
      readonly keys: readonly string[] | undefined;
      readonly bookmarkNames: readonly string[];
      readonly position: number;
    },
  ): StreamSchema {
    if (this.#byText.size === this.#limits.schemasMax) {
      throw new Malformed(
        `more than ${this.#limits.schemasMax} schemas in one body: send them in several`,
        position,
      );
    }
    const keyNames = keys ?? flaggedKeys(text);
    const schema = {
      id: this.#byText.size,
      // Copied: a view would keep the whole body in memory.
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
  const message = `a \`${name}\` of ${bytes} bytes, more than ${bytesMaxOf(name, limits)}: shorten it`;
  return new Malformed(message, textStart);
}

const bytesMaxOf = (name: SchemaField, { schemaBytesMax, namesBytesMax }: SchemaLimits) =>
  name === "schema" ? schemaBytesMax : namesBytesMax;

/** A field's growth is only an upper bound, so the bound may exceed the limit this many times. */
const boundPerLimit = 8;

type SchemaField = "schema" | "key_properties" | "bookmark_properties";

/** Returns a field of the line at `position` as JSON text. Reads a transit line a second time. */
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
    throw new Malformed("`key_properties` must be a list of names", reader.envelope.key_properties.textStart);
  return [...new Set(names)];
}

/**
 * Accepts, as singer-python does, one name or a list with null (pipelinewise-tap-mssql's
 * `[replication_key]`).
 */
function bookmarkNamesAt(reader: ValueReader, position: number, limits: SchemaLimits): string[] {
  const said = valueAt(reader, "bookmark_properties", position, limits);
  const names = (Array.isArray(said) ? said : [said]).filter(each => each !== null);
  if (!areNames(names))
    throw new Malformed(
      "`bookmark_properties` must be a list of names",
      reader.envelope.bookmark_properties.textStart,
    );
  return [...new Set(names)];
}

const areNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(each => typeof each === "string");

/** Returns a field's value; null if the message has none. */
function valueAt(
  reader: ValueReader,
  name: "key_properties" | "bookmark_properties",
  position: number,
  limits: SchemaLimits,
): unknown {
  if (!reader.envelope[name].present) return null;
  return JSON.parse(utf8.decode(fieldAsJson(reader, name, position, limits)));
}

/** Returns the keys that are flagged in the schema, as in November 2016, before Singer. */
function flaggedKeys(text: Uint8Array): string[] {
  const { properties } = JSON.parse(utf8.decode(text)) as JsonObject;
  if (typeof properties !== "object" || properties === null) return [];
  return Object.entries(properties).flatMap(([name, property]: [string, unknown]) =>
    (property as JsonObject | null)?.key === true ? [name] : [],
  );
}
