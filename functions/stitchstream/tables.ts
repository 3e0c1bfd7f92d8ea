import type { ValueReader } from "./reader.ts";
import { Malformed, stringOf } from "./text.ts";
import { Kind } from "./visitor.ts";

/** A stream's records with the same key names: rows of one table. */
export interface Table {
  readonly id: number;
  readonly stream: string;
  /** Empty: its rows are appended. */
  readonly keyNames: readonly string[];
  readonly keyNameBytes: readonly Uint8Array[];
}

export interface TableLimits {
  readonly streamsMax: number;
  readonly nameCharsMax: number;
  readonly keyNamesMax: number;
}

const utf8 = new TextEncoder();
const same = (bytes: Uint8Array, start: number, end: number, other: Uint8Array) => {
  if (end - start !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false;
  return true;
};

/** The tables of one body, each made once. */
export class Tables {
  readonly all: Table[] = [];
  readonly #byName = new Map<string, Table>();
  readonly #streams = new Set<string>();
  readonly #limits: TableLimits;
  #last: (Table & { readonly streamBytes: Uint8Array }) | undefined;

  constructor(limits: TableLimits) {
    this.#limits = limits;
  }

  /** The table of the RECORD that the reader has just read. Throws Malformed for names that name nothing. */
  of(reader: ValueReader): Table {
    if (this.#last !== undefined && this.#isLast(reader)) return this.#last;
    const stream = this.#streamName(reader);
    const keyNames = keyNamesOf(reader, this.#limits);
    const name = JSON.stringify([stream, keyNames]);
    const table = this.#byName.get(name) ?? this.#add(name, stream, keyNames);
    this.#last = table as Table & { streamBytes: Uint8Array };
    return table;
  }

  #isLast(reader: ValueReader): boolean {
    const { streamBytes, keyNameBytes } = this.#last!;
    const { stream } = reader.envelope;
    const { keyFields, bytes } = reader;
    if (keyFields.count !== keyNameBytes.length || !stream.present || stream.kind !== Kind.text) return false;
    if (!same(bytes, stream.contentStart, stream.contentEnd, streamBytes)) return false;
    for (let i = 0; i < keyNameBytes.length; i++) {
      if (keyFields.kind(i) !== Kind.text) return false;
      if (!same(bytes, keyFields.start(i), keyFields.end(i), keyNameBytes[i]!)) return false;
    }
    return true;
  }

  #add(name: string, stream: string, keyNames: readonly string[]): Table {
    if (!this.#streams.has(stream) && this.#streams.size === this.#limits.streamsMax) {
      throw new Malformed(
        `more than ${this.#limits.streamsMax} streams in one body: send them in several`,
        0,
      );
    }
    if (this.all.length === 2 * this.#limits.streamsMax) {
      throw new Malformed("a stream's key_fields change from record to record: keep them the same", 0);
    }
    this.#streams.add(stream);
    const keyNameBytes = keyNames.map(keyName => utf8.encode(keyName));
    const table = { id: this.all.length, stream, keyNames, keyNameBytes, streamBytes: utf8.encode(stream) };
    this.#byName.set(name, table);
    this.all.push(table);
    return table;
  }

  #streamName(reader: ValueReader): string {
    const { stream } = reader.envelope;
    if (!stream.present) throw new Malformed("a RECORD wants its `stream`", reader.position);
    if (!isName(stream.kind)) throw new Malformed("a RECORD's `stream` is a string", stream.textStart);
    const name = stringOf(reader.bytes, stream.contentStart, stream.contentEnd);
    checkName(name, "stream", stream.textStart, this.#limits.nameCharsMax);
    return name;
  }
}

function keyNamesOf(reader: ValueReader, { keyNamesMax, nameCharsMax }: TableLimits): string[] {
  const { key_fields } = reader.envelope;
  const { keyFields, bytes } = reader;
  if (!key_fields.present || key_fields.kind === Kind.null) return [];
  if (key_fields.kind !== Kind.array && key_fields.kind !== Kind.list && key_fields.kind !== Kind.set) {
    throw new Malformed("`key_fields` is a list of names", key_fields.textStart);
  }
  if (keyFields.count > keyNamesMax) {
    throw new Malformed(
      `more than ${keyNamesMax} key fields: a few tell one row from another`,
      key_fields.textStart,
    );
  }
  const names = new Set<string>();
  for (let i = 0; i < keyFields.count; i++) {
    if (!isName(keyFields.kind(i)))
      throw new Malformed("`key_fields` holds names alone", key_fields.textStart);
    const name = stringOf(bytes, keyFields.start(i), keyFields.end(i));
    checkName(name, "key field", key_fields.textStart, nameCharsMax);
    if (names.has(name)) throw new Malformed("`key_fields` names a field twice", key_fields.textStart);
    names.add(name);
  }
  return [...names];
}

const isName = (kind: Kind) => kind === Kind.text || kind === Kind.keyword || kind === Kind.symbol;

function checkName(name: string, what: string, position: number, charsMax: number): void {
  if (name.length > charsMax)
    throw new Malformed(`a ${what}'s name of more than ${charsMax} characters`, position);
  if (name.trim() === "") throw new Malformed(`a ${what}'s name is blank`, position);
  if (name.includes("\0")) throw new Malformed(`a ${what}'s name holds NUL`, position);
}
