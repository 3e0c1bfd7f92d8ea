import type { Inference, Inferences } from "../persister/body/inference.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import { stringOf } from "../values/scanner.ts";
import type { MapCheck } from "../values/slot-check.ts";
import { Kind } from "../values/visitor.ts";
import { bit, bitOf, instantBit } from "./seen.ts";
import { bodyBytesMax, type News, Place, Room, tableBytesMax } from "./seen-values.ts";

/** Infers a schema to which all of a table's records conform. */
class SchemaInference implements Inference {
  readonly #news: News[] = [];
  readonly #root: Place;
  /** The open containers, innermost last; undefined for those that are not declared. */
  readonly #open: (Place | undefined)[] = [];
  /** The member that follows, if one does. */
  #member: { readonly place: Place | undefined } | undefined;

  constructor(room: Room) {
    this.#root = new Place({ room, news: this.#news });
    this.#root.note(bit.object);
  }

  get check(): MapCheck {
    return this.#root;
  }

  settle(start: number, end: number): void {
    if (this.#news.length === 0) return;
    for (const { place, seen, at } of this.#news) if (at >= start && at < end) place.note(seen);
    this.#news.length = 0;
  }

  write(out: ByteWriter): void {
    out.text(this.#root.schema);
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#place()?.note(bitOf(kind, bytes, start, end));
  }

  instant(): void {
    this.#place()?.note(instantBit);
  }

  open(kind: Kind): void {
    const place = this.#open.length === 0 ? this.#root : this.#place();
    place?.note(kind === Kind.map ? bit.object : bit.array);
    this.#open.push(place);
  }

  key(_kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#member = { place: this.#open.at(-1)?.member(stringOf(bytes, start, end)) };
  }

  close(): void {
    this.#open.pop();
    if (this.#open.length === 0) this.#news.length = 0;
  }

  /** Returns the place of the following value: under the last key, or among an array's elements. */
  #place(): Place | undefined {
    const member = this.#member;
    if (member === undefined) return this.#open.at(-1)?.element;
    this.#member = undefined;
    return member.place;
  }
}

/** The inferred schemas of a body's streams: the versions of a table have one schema. */
export class SchemaInferences implements Inferences {
  readonly #room = new Room(bodyBytesMax);
  readonly #byStream = new Map<string, SchemaInference>();

  of({ stream }: Table): SchemaInference {
    const inference = this.#byStream.get(stream) ?? new SchemaInference(new Room(tableBytesMax, this.#room));
    this.#byStream.set(stream, inference);
    return inference;
  }
}
