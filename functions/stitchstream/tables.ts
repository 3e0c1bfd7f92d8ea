import { isSame } from "../values/bytes.ts";
import { hashOf } from "../values/hash.ts";
import { contentOf, Malformed, stringOf } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { EnvelopeField } from "./envelope.ts";
import type { ValueReader } from "./reader.ts";
import { type SchemaLimits, type StreamSchema, StreamSchemas } from "./stream-schema.ts";
import { checkKeys, checkName, isName, keyNamesOf, type NameLimits } from "./table-names.ts";

/** A table: a stream's records with the same key names, schema and version are its rows. */
export interface Table {
  readonly id: number;
  readonly stream: string;
  /** If empty, rows are appended. */
  readonly keyNames: readonly string[];
  /** The key names as raw string contents without escapes. */
  readonly keyNameBytes: readonly Uint8Array[];
  /** Likewise, the stream's name. */
  readonly streamBytes: Uint8Array;
  /** The size of the stream's and the keys' names as JSON, in bytes. */
  readonly namesBytes: number;
  /** The schema of the records; undefined if the streamer sent none. */
  readonly schema: StreamSchema | undefined;
  /** The version of the table's contents, as digits: Singer's `version`. */
  readonly version: string | undefined;
}

export interface TableLimits extends SchemaLimits, NameLimits {
  readonly streamsMax: number;
}

/** Returns how many tables a body may hold: a stream may sometimes change its keys, schema or version. */
export const tablesMax = ({ streamsMax }: Pick<TableLimits, "streamsMax">): number => 2 * streamsMax;

/** A table, and what a record's line must contain to be one of its rows. */
interface Known extends Table {
  /** The record's own key fields. */
  readonly keyFieldBytes: readonly Uint8Array[];
  /** The record's own schema. */
  readonly inlineSchema: StreamSchema | undefined;
  readonly versionBytes: Uint8Array;
}

const noBytes = new Uint8Array();

/** The tables of one body, each created once, and the current schemas of its streams. */
export class Tables {
  readonly all: Table[] = [];
  readonly #byIdentity = new Map<string, Known>();
  /** Each stream's latest SCHEMA. */
  readonly #declared = new Map<string, StreamSchema>();
  /** By the table's id: a number that is larger for a table with a later record. */
  readonly #latest: (number | undefined)[] = [];
  #turns = 0;
  /** The table of the last record. */
  #noted: Table | undefined;
  readonly #schemas: StreamSchemas;
  readonly #limits: TableLimits;
  /** The table of each stream's last record, by the hash of the stream's name. */
  readonly #last = new Map<number, Known>();

  constructor(limits: TableLimits) {
    this.#limits = limits;
    this.#schemas = new StreamSchemas(limits);
  }

  /**
   * Sets the schema of a stream from the SCHEMA message just read. Throws Malformed if the message is
   * invalid.
   */
  declare(reader: ValueReader, position: number): { stream: string; schema: StreamSchema } {
    const stream = this.#streamName(reader);
    const schema = this.#schemas.of(reader, position);
    checkKeys(schema, reader, this.#limits);
    this.#admit(stream);
    this.#declared.set(stream, schema);
    this.#last.clear();
    return { stream, schema };
  }

  /** Returns the table of the RECORD at `position`, just read. Throws Malformed for invalid names. */
  of(reader: ValueReader, position: number): Table {
    const inline = reader.envelope.schema.present ? this.#schemas.of(reader, position) : undefined;
    const { contentStart, contentEnd } = reader.envelope.stream;
    const hash = hashOf(reader.bytes, contentStart, contentEnd);
    const last = this.#last.get(hash);
    if (last !== undefined && isRow(reader, inline, last)) {
      this.note(last);
      return last;
    }
    const stream = this.#streamName(reader);
    const schema = inline ?? this.#declared.get(stream);
    if (inline !== undefined) checkKeys(inline, reader, this.#limits);
    const keyFields = keyNamesOf(reader, this.#limits);
    const keyNames = keyFields.length > 0 ? keyFields : (schema?.keyNames ?? []);
    const version = versionOf(reader);
    const identity = JSON.stringify([stream, keyFields, schema?.id, inline?.id, version]);
    const table =
      this.#byIdentity.get(identity) ??
      this.#add(identity, { stream, keyNames, keyFields, schema, inlineSchema: inline, version });
    this.#last.set(hash, table);
    this.note(table);
    return table;
  }

  /** Notes that a record of the table was read. */
  note(table: Table): void {
    if (table === this.#noted) return;
    this.#noted = table;
    this.#latest[table.id] = ++this.#turns;
  }

  /** Returns the table of the ACTIVATE_VERSION message just read. */
  activated(reader: ValueReader): Table {
    const stream = this.#streamName(reader);
    const version = versionOf(reader);
    if (version === undefined)
      throw new Malformed("an ACTIVATE_VERSION has no `version`", reader.position - 1);
    const { schema, keyNames } = this.#describedAs(stream, version);
    const identity = JSON.stringify([stream, keyNames, schema?.id, "activated", version]);
    return (
      this.#byIdentity.get(identity) ??
      this.#add(identity, { stream, keyNames, keyFields: [], schema, inlineSchema: undefined, version })
    );
  }

  /**
   * Returns the schema and keys of a version's rows: those that the stream declares, unless only the records'
   * own messages name keys; otherwise those of the latest rows.
   */
  #describedAs(stream: string, version: string): Pick<Table, "schema" | "keyNames"> {
    const schema = this.#declared.get(stream);
    const rows = this.#latestWhere(each => each.stream === stream && each.version === version);
    const isKeyedByRows = schema?.keyNames.length === 0 && rows !== undefined && rows.keyNames.length > 0;
    if (schema !== undefined && !isKeyedByRows) return { schema, keyNames: schema.keyNames };
    return rows ?? this.#latestWhere(each => each.stream === stream) ?? { schema: undefined, keyNames: [] };
  }

  /** Returns the table of the latest record of these tables. */
  #latestWhere(isOne: (table: Table) => boolean): Table | undefined {
    let latest: Table | undefined;
    for (const table of this.all)
      if (
        isOne(table) &&
        (this.#latest[table.id] ?? 0) > (latest === undefined ? 0 : this.#latest[latest.id]!)
      )
        latest = table;
    return latest;
  }

  #add(
    identity: string,
    made: Omit<Table, "id" | "keyNameBytes" | "streamBytes" | "namesBytes"> & {
      readonly keyFields: readonly string[];
      readonly inlineSchema: StreamSchema | undefined;
    },
  ): Known {
    this.#admit(made.stream);
    if (this.all.length === tablesMax(this.#limits)) {
      throw new Malformed(
        "a stream's keys, schema or version change from record to record: keep them the same",
        0,
      );
    }
    const { stream, keyNames, keyFields, schema, inlineSchema, version } = made;
    const keyNameBytes = keyNames.map(contentOf);
    const known = {
      id: this.all.length,
      stream,
      keyNames,
      schema,
      namesBytes: Buffer.byteLength(JSON.stringify([stream, ...keyNames])),
      version,
      keyNameBytes,
      streamBytes: contentOf(stream),
      keyFieldBytes: keyFields === keyNames ? keyNameBytes : keyFields.map(contentOf),
      inlineSchema,
      versionBytes: version === undefined ? noBytes : contentOf(version),
    };
    this.#byIdentity.set(identity, known);
    this.all.push(known);
    return known;
  }

  #admit(stream: string): void {
    if (this.#streams.has(stream)) return;
    if (this.#streams.size === this.#limits.streamsMax) {
      throw new Malformed(
        `more than ${this.#limits.streamsMax} streams in one body: send them in several`,
        0,
      );
    }
    this.#streams.add(stream);
  }
  readonly #streams = new Set<string>();

  #streamName(reader: ValueReader): string {
    const { stream } = reader.envelope;
    if (!stream.present) throw new Malformed("the message has no `stream`", reader.position - 1);
    if (!isName(stream.kind)) throw new Malformed("a message's `stream` must be a string", stream.textStart);
    const name = stringOf(reader.bytes, stream.contentStart, stream.contentEnd);
    checkName(name, "stream", stream.textStart, this.#limits);
    return name;
  }
}

/** Returns whether the RECORD just read is a row of `last`. */
function isRow(reader: ValueReader, inline: StreamSchema | undefined, last: Known): boolean {
  const { streamBytes, keyFieldBytes, inlineSchema, versionBytes } = last;
  const { stream, version } = reader.envelope;
  const { keyFields, bytes } = reader;
  if (inline !== inlineSchema || keyFields.count !== keyFieldBytes.length) return false;
  if (!stream.present || stream.kind !== Kind.text) return false;
  if (!isSame(bytes, stream.contentStart, stream.contentEnd, streamBytes)) return false;
  if (!isVersion(bytes, version, versionBytes)) return false;
  for (let i = 0; i < keyFieldBytes.length; i++) {
    if (keyFields.kind(i) !== Kind.text) return false;
    if (!isSame(bytes, keyFields.start(i), keyFields.end(i), keyFieldBytes[i]!)) return false;
  }
  return true;
}

function isVersion(bytes: Uint8Array, field: EnvelopeField, version: Uint8Array): boolean {
  if (!field.present || field.kind === Kind.null) return version.length === 0;
  return field.kind === Kind.integer && isSame(bytes, field.contentStart, field.contentEnd, version);
}

/**
 * Returns the digits of a `version`, an integer of 64 bits:
 * github.com/singer-io/getting-started/blob/master/docs/SPEC.md.
 */
function versionOf({ envelope: { version }, bytes }: ValueReader): string | undefined {
  if (!version.present || version.kind === Kind.null) return undefined;
  const digits = stringOf(bytes, version.contentStart, version.contentEnd);
  if (version.kind === Kind.integer && /^\d{1,18}$/.test(digits)) return digits;
  throw new Malformed("a `version` must be a natural number below 10^18", version.textStart);
}
