import { isSame } from "../../values/bytes.ts";
import { hashOf } from "../../values/hash.ts";
import { isSameText } from "../../values/memory.ts";
import { endOfPlain } from "../../values/plain-text.ts";
import type { Table } from "../tables.ts";
import { lateStreamOf } from "./late-stream.ts";
import type { TableShape } from "./table-shape.ts";
import { Trust } from "./trust.ts";

/** A range of bytes in the body. */
export interface Text {
  readonly start: number;
  readonly length: number;
}

/**
 * A value that differs from line to line: the record, the `time_extracted`, or that of a member that the
 * format does not define.
 */
export type Gap = "record" | "time" | "other";

/**
 * The texts of a line before, between and after its gaps. A line with equal texts holds a record of the same
 * table.
 */
export interface Envelope {
  readonly table: Table;
  readonly shape: TableShape;
  /** One more than there are gaps. */
  readonly texts: readonly Text[];
  /** The first of them. It is repeated here as each line compares it. */
  readonly headStart: number;
  readonly headLength: number;
  /** Likewise, the second one, if the body is JSON and the record is the only gap; its length is 0 if not. */
  readonly tailStart: number;
  readonly tailLength: number;
  readonly gaps: readonly Gap[];
  /**
   * The strings before the record that enter transit's cache. Each is three numbers: the index of its text,
   * and its start and end in that text.
   */
  readonly cached: readonly number[];
  /** The offset of the stream's name in the first text; undefined if that text does not contain it. */
  readonly nameAt: number | undefined;
  /** The envelope of the line that followed last time. */
  next: Envelope | undefined;
  /** Whether the envelope was discarded: its stream has another schema, or a newer envelope replaced it. */
  isStale: boolean;
}

/** The streams of a body differ in their names, and rarely in the text before the name. */
const openingsMax = 8;
/** A stream has few envelopes: with and without a time, and one for each version. */
const perStreamMax = 32;
/** Further streams whose names have the same hash are not found by it. */
const sameHashMax = 8;
/** Searching, comparing and learning in vain costs more than a hit saves. */
const evictionCost = 2;

interface StreamEnvelopes {
  readonly name: Uint8Array;
  readonly hash: number;
  readonly envelopes: Envelope[];
}

/** The envelopes of a body, looked up by the text before the stream's name and then by the name. */
export class Envelopes {
  /** Misses are the envelopes that others push out. */
  readonly trust = new Trust();
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #openings: Text[] = [];
  readonly #byHash = new Map<number, StreamEnvelopes[]>();
  readonly #byStream = new Map<string, StreamEnvelopes>();
  #last: Envelope | undefined;
  /** The one before the last. */
  #previous: Envelope | undefined;

  constructor(bytes: Uint8Array, view: DataView) {
    this.#bytes = bytes;
    this.#view = view;
  }

  /**
   * Returns an envelope whose first text is at `start`; none while few match. The caller compares the other
   * texts, and asks for a `sibling` where one differs.
   */
  find(start: number): Envelope | undefined {
    const last = this.#last;
    if (!this.trust.allows() || last === undefined) return undefined;
    const expected = last.next ?? last;
    if (!expected.isStale && this.#begins(start, expected) && this.#isOf(start, expected))
      return this.#follow(expected);
    return this.#findOther(start);
  }

  /** Apart from `find`, where its closure would take memory for each line. */
  #findOther(start: number): Envelope | undefined {
    const group = this.#streamAtHead(start) ?? this.#streamAtEnd(start);
    const found = group?.envelopes.find(each => this.#begins(start, each));
    return found && this.#follow(found);
  }

  /** Returns whether the line at `start`, which begins as `envelope` does, may be of the same stream. */
  #isOf(start: number, { nameAt, table }: Envelope): boolean {
    if (nameAt !== undefined || this.#byStream.size === 1) return true;
    return lateStreamOf(this.#bytes, start) === this.#groupOf(table).hash;
  }

  #follow(envelope: Envelope): Envelope {
    if (envelope === this.#last && envelope === this.#previous) return envelope;
    this.#previous = this.#last;
    this.#last!.next = envelope;
    this.#last = envelope;
    return envelope;
  }

  /**
   * Returns an envelope that equals `envelope` up to the gap at index `n`, and whose next text is at `at`. If
   * the record has been read, their tables have the same shape, so that it need not be read again.
   */
  sibling(envelope: Envelope, n: number, at: number): Envelope | undefined {
    const hasRead = envelope.gaps.lastIndexOf("record", n) >= 0;
    const found = this.#groupOf(envelope.table).envelopes.find(
      each =>
        this.#hasText(at, each.texts[n + 1]) &&
        (!hasRead || each.shape === envelope.shape) &&
        this.#isSameUpTo(each, envelope, n),
    );
    if (found === undefined) return undefined;
    if (this.#previous !== undefined) this.#previous.next = found;
    this.#last = found;
    return found;
  }

  #hasText(at: number, text: Text | undefined): boolean {
    return text !== undefined && isSameText(this.#view, at, text.start, text.length);
  }

  /** Returns whether two envelopes have equal texts and gaps up to the gap at index `n`. */
  #isSameUpTo(one: Envelope, other: Envelope, n: number): boolean {
    for (let i = 0; i <= n; i++) {
      const [text, same] = [one.texts[i]!, other.texts[i]!];
      if (one.gaps[i] !== other.gaps[i] || text.length !== same.length) return false;
      if (!isSameText(this.#view, text.start, same.start, text.length)) return false;
    }
    return true;
  }

  #begins(start: number, { headStart, headLength }: Envelope): boolean {
    return isSameText(this.#view, start, headStart, headLength);
  }

  /** Returns the stream that is named in the line's beginning. */
  #streamAtHead(start: number): StreamEnvelopes | undefined {
    for (const opening of this.#openings) {
      if (!isSameText(this.#view, start, opening.start, opening.length)) continue;
      const name = start + opening.length;
      const end = endOfPlain(this.#bytes, this.#view, name);
      const same = this.#byHash.get(hashOf(this.#bytes, name, end));
      return same?.find(each => isSame(this.#bytes, name, end, each.name));
    }
    return undefined;
  }

  /** Returns the stream whose name probably follows the record. */
  #streamAtEnd(start: number): StreamEnvelopes | undefined {
    if (this.#byStream.size === 1) return this.#groupOf(this.#last!.table);
    const hash = lateStreamOf(this.#bytes, start);
    return hash === undefined ? undefined : this.#byHash.get(hash)?.[0];
  }

  /** Adds the envelope of the line that the scan has just read. */
  add(envelope: Envelope): void {
    const { nameAt, texts, table } = envelope;
    const group = this.#groupOf(table).envelopes;
    const known = group.findIndex(each => this.#isSame(each, envelope));
    if (known >= 0) group.splice(known, 1)[0]!.isStale = true;
    group.unshift(envelope);
    if (group.length > perStreamMax) {
      group.pop()!.isStale = true;
      this.trust.miss(evictionCost);
    }
    if (nameAt !== undefined) this.#addOpening({ start: texts[0]!.start, length: nameAt });
    if (this.#last !== undefined) this.#last.next = envelope;
    this.#last = envelope;
  }

  #isSame(one: Envelope, other: Envelope): boolean {
    const { length } = one.gaps;
    const [last, same] = [one.texts[length]!, other.texts[length]];
    return (
      other.gaps.length === length &&
      last.length === same!.length &&
      isSameText(this.#view, last.start, same!.start, last.length) &&
      this.#isSameUpTo(one, other, length - 1)
    );
  }

  #addOpening(opening: Text): void {
    const isKnown = this.#openings.some(
      ({ start, length }) =>
        length === opening.length && isSameText(this.#view, start, opening.start, length),
    );
    if (!isKnown && this.#openings.length < openingsMax) this.#openings.push(opening);
  }

  #groupOf({ stream, streamBytes: name }: Table): StreamEnvelopes {
    const known = this.#byStream.get(stream);
    if (known !== undefined) return known;
    const hash = hashOf(name, 0, name.length);
    const added: StreamEnvelopes = { name, hash, envelopes: [] };
    this.#byStream.set(stream, added);
    const same = this.#byHash.get(hash);
    if (same === undefined) this.#byHash.set(hash, [added]);
    else if (same.length < sameHashMax) same.push(added);
    return added;
  }

  /** Discards a stream's envelopes: its records belong to another table from here on. */
  forget(stream: string): void {
    const known = this.#byStream.get(stream);
    if (known !== undefined) for (const each of known.envelopes.splice(0)) each.isStale = true;
  }
}
