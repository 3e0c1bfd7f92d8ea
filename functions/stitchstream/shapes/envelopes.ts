import { isSame } from "../../values/bytes.ts";
import { isSameText } from "../../values/memory.ts";
import { endOfPlain } from "../../values/plain-text.ts";
import type { Table } from "../tables.ts";
import type { TableShape } from "./table-shape.ts";

/** A stretch of the body. */
export interface Text {
  readonly start: number;
  readonly length: number;
}

/**
 * A record's line without the record and its `time_extracted`: the texts before, between and after them. A
 * line with the same texts is of the same table.
 */
export interface Envelope {
  readonly table: Table;
  readonly shape: TableShape;
  readonly texts: readonly Text[];
  /** Whether a `time_extracted` that is not null is between the first two texts, or the last two. */
  readonly time: "before" | "after" | undefined;
  /**
   * The strings of the texts before the record that transit's cache codes may refer to: three numbers each.
   */
  readonly cached: readonly number[];
  /** The offset in the first text of the stream's name; undefined if the name is not in that text. */
  readonly nameAt: number | undefined;
  /** The envelope of the line that followed last time. */
  next: Envelope | undefined;
  /** The stream has another schema by now. */
  isStale: boolean;
}

/** Streams differ in the names, so few texts come before them. */
const openingsMax = 8;
/** A stream has few envelopes: with and without time, of some versions. */
const perStreamMax = 8;

interface StreamEnvelopes {
  readonly name: Uint8Array;
  readonly envelopes: Envelope[];
}

/** The envelopes of a body's lines, found by the text before the stream's name and by the name. */
export class Envelopes {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #openings: Text[] = [];
  readonly #byHash = new Map<number, StreamEnvelopes[]>();
  readonly #byStream = new Map<string, StreamEnvelopes>();
  /** Those whose streams' names come after the record. */
  readonly #unnamed: Envelope[] = [];
  #last: Envelope | undefined;

  constructor(bytes: Uint8Array, view: DataView) {
    this.#bytes = bytes;
    this.#view = view;
  }

  /** Returns the envelope of the line at `start`, as far as its first text says. */
  find(start: number): Envelope | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    const expected = last.next ?? last;
    if (!expected.isStale && this.#begins(start, expected)) return this.#follow(expected);
    const found = this.#findByName(start) ?? this.#unnamed.find(each => this.#begins(start, each));
    return found && this.#follow(found);
  }

  #follow(envelope: Envelope): Envelope {
    this.#last!.next = envelope;
    this.#last = envelope;
    return envelope;
  }

  #begins(start: number, { texts: [first] }: Envelope): boolean {
    return isSameText(this.#view, start, first!.start, first!.length);
  }

  #findByName(start: number): Envelope | undefined {
    for (const opening of this.#openings) {
      if (!isSameText(this.#view, start, opening.start, opening.length)) continue;
      const name = start + opening.length;
      const end = endOfPlain(this.#bytes, this.#view, name);
      const known = this.#streamAt(name, end);
      return known?.envelopes.find(each => this.#begins(start, each));
    }
    return undefined;
  }

  #streamAt(start: number, end: number): StreamEnvelopes | undefined {
    const same = this.#byHash.get(hashOf(this.#bytes, start, end));
    return same?.find(({ name }) => isSame(this.#bytes, start, end, name));
  }

  /** Adds the envelope of a line at `start`, just read otherwise. */
  add(envelope: Envelope): void {
    const { nameAt, texts, table } = envelope;
    const group = nameAt === undefined ? this.#unnamed : this.#groupOf(table);
    const known = group.findIndex(each => this.#isSame(each, envelope));
    if (known >= 0) group.splice(known, 1)[0]!.isStale = true;
    group.unshift(envelope);
    if (group.length > perStreamMax) group.pop()!.isStale = true;
    if (nameAt !== undefined) this.#addOpening({ start: texts[0]!.start, length: nameAt });
    if (this.#last !== undefined) this.#last.next = envelope;
    this.#last = envelope;
  }

  #isSame(one: Envelope, other: Envelope): boolean {
    return (
      one.time === other.time &&
      one.texts.every(({ start, length }, n) => {
        const text = other.texts[n]!;
        return length === text.length && isSameText(this.#view, start, text.start, length);
      })
    );
  }

  #addOpening(opening: Text): void {
    const isKnown = this.#openings.some(
      ({ start, length }) =>
        length === opening.length && isSameText(this.#view, start, opening.start, length),
    );
    if (!isKnown && this.#openings.length < openingsMax) this.#openings.push(opening);
  }

  #groupOf({ stream, streamBytes: name }: Table): Envelope[] {
    const known = this.#byStream.get(stream);
    if (known !== undefined) return known.envelopes;
    const added: StreamEnvelopes = { name, envelopes: [] };
    this.#byStream.set(stream, added);
    const hash = hashOf(name, 0, name.length);
    const same = this.#byHash.get(hash);
    if (same === undefined) this.#byHash.set(hash, [added]);
    else if (same.length < perStreamMax) same.push(added);
    return added.envelopes;
  }

  /** Forgets a stream's envelopes: its records belong to another table from here on. */
  forget(stream: string): void {
    const known = this.#byStream.get(stream);
    if (known !== undefined) for (const each of known.envelopes.splice(0)) each.isStale = true;
    for (let n = this.#unnamed.length; --n >= 0; )
      if (this.#unnamed[n]!.table.stream === stream) this.#unnamed.splice(n, 1)[0]!.isStale = true;
  }
}

/** Returns a number that differs for most texts. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return hash;
}
