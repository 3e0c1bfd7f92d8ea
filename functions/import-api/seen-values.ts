import type { MapCheck, SlotCheck } from "../values/slot-check.ts";
import type { Kind } from "../values/visitor.ts";
import { bit, bitOf, knownKinds, schemaTexts } from "./seen.ts";

/** About the most bytes of the schema of one value besides its name. */
const placeBytes = 64;
/** About the largest schema of a table, which each of its requests repeats, and of all tables of a body. */
export const tableBytesMax = 150_000;
export const bodyBytesMax = 4_000_000;
/** Maps within records of which more names have been declared hold identifiers rather than names. */
const namesMax = 100;
/** A record with more news than this is not accepted, and so visited. */
const newsMax = 10_000;
const anyKind = -1;

/** Limits the size of schemas. */
export class Room {
  #left: number;
  readonly #body: Room | undefined;

  constructor(bytes: number, body?: Room) {
    this.#left = bytes;
    this.#body = body;
  }

  has(bytes: number): boolean {
    return this.#left >= bytes && this.#body?.has(bytes) !== false;
  }

  take(bytes: number): boolean {
    if (!this.has(bytes)) return false;
    this.#left -= bytes;
    this.#body?.take(bytes);
    return true;
  }
}

/** A value that would add something to a schema. */
export interface News {
  readonly place: Place;
  readonly seen: number;
  /** Its offset in the body. */
  readonly at: number;
}

/** Belongs to all places of a table. */
interface Shared {
  readonly room: Room;
  readonly news: News[];
}

const noNames: readonly string[] = [];

/**
 * The values seen at one position of a table's records. As a check it accepts every value. News waits until
 * it is known that the record is the table's.
 */
export class Place implements SlotCheck, MapCheck {
  always = 0;
  readonly #shared: Shared;
  /** Undefined for the record itself. */
  readonly #parent: Place | undefined;
  /** Its name as JSON; empty for the record itself and for elements. */
  readonly #name: string;
  #seen = 0;
  #members: Map<string, Place> | undefined;
  /** The number of declared members. */
  #declared = 0;
  #element: Place | undefined;

  constructor(shared: Shared, parent?: Place, name = "") {
    this.#shared = shared;
    this.#parent = parent;
    this.#name = name;
  }

  /** Adds what was seen, a bit of `bit`. */
  note(seen: number): void {
    if ((this.#seen & seen) !== 0) return;
    if (this.#seen === 0 && this.#parent !== undefined && !this.#parent.#declares(this)) {
      this.always = anyKind;
      return;
    }
    this.#seen |= seen;
    for (const [bit, kinds] of knownKinds) if ((seen & bit) !== 0) this.always |= kinds;
  }

  conforms(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean {
    const { news } = this.#shared;
    news.push({ place: this, seen: bitOf(kind, bytes, start, end), at: start });
    return news.length < newsMax;
  }

  get required(): number {
    return 0;
  }

  isRequired(): boolean {
    return false;
  }

  get names(): readonly string[] {
    return noNames;
  }

  /** Called if the names are identifiers: then none is declared. */
  other(): undefined {
    this.#declared = Infinity;
    this.#members = undefined;
    return undefined;
  }

  get or(): undefined {
    return undefined;
  }

  get map(): MapCheck {
    return this;
  }

  get element(): Place {
    this.#element ??= new Place(this.#shared, this);
    return this.#element;
  }

  /** Returns the place of a name; undefined if there are too many names. */
  member(name: string): Place | undefined {
    const known = this.#members?.get(name);
    if (known !== undefined || this.#isFull) return known;
    const added = new Place(this.#shared, this, JSON.stringify(name));
    if (!this.#shared.room.has(added.#bytes)) return undefined;
    this.#members ??= new Map();
    this.#members.set(name, added);
    return added;
  }

  /** Returns whether the schema declares a place within this one: the Import API accepts any others. */
  #declares(inner: Place): boolean {
    this.#declared++;
    if (this.#isFull) this.#members = undefined;
    return !this.#isFull && this.#shared.room.take(inner.#bytes);
  }

  /** The size of its declaration in the parent's. */
  get #bytes(): number {
    return placeBytes + this.#name.length;
  }

  get #isFull(): boolean {
    return this.#parent !== undefined && this.#declared > namesMax;
  }

  /** Returns the schema, draft 4, as JSON. */
  get schema(): string {
    const properties = (this.#seen & bit.object) === 0 ? "" : `,"properties":{${this.#properties}}`;
    const element = this.#element;
    const items = element === undefined || element.#seen === 0 ? "" : `,"items":${element.schema}`;
    return `{${schemaTexts[this.#seen]}${properties}${items}}`;
  }

  get #properties(): string {
    let text = "";
    for (const place of this.#members?.values() ?? [])
      if (place.#seen !== 0) text += `${text === "" ? "" : ","}${place.#name}:${place.schema}`;
    return text;
  }
}
