import type { ByteWriter } from "../stitchstream/byte-writer.ts";
import { JsonWriter } from "../stitchstream/json/writer.ts";
import { stringOf } from "../stitchstream/text.ts";
import { Kind, type Visitor } from "../stitchstream/visitor.ts";

/** What a value is to a schema: one itself, a map or a list of them, either, one that may be a boolean, or nothing of the kind. */
type Role = "schema" | "schemas" | "list" | "items" | "additional" | "plain";

/** By the keyword above it: those that the Import API looks into, and what a `$ref` leads to. */
const roles: ReadonlyMap<string, Role> = new Map([
  ["properties", "schemas"],
  ["patternProperties", "schemas"],
  ["dependencies", "schemas"],
  ["definitions", "schemas"],
  ["$defs", "schemas"],
  ["items", "items"],
  ["additionalItems", "additional"],
  ["additionalProperties", "additional"],
  ["allOf", "list"],
  ["anyOf", "list"],
  ["oneOf", "list"],
  ["not", "schema"],
]);

const bounds: ReadonlySet<string> = new Set(["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"]);

interface Place {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A map or a list that is open. */
interface Open {
  readonly role: Role;
  /** A schema's bounds, which are written behind its other members. */
  readonly held: Map<string, Place>;
}

const utf8 = new TextEncoder();

/** Writes the schema that it visits as draft 4 says the same; no digit is touched. */
export class Draft4Writer implements Visitor {
  /** Something was said otherwise; else what is written differs in blanks and in order alone. */
  isChanged = false;
  readonly #writer: JsonWriter;
  readonly #open: Open[] = [];
  /** Of the value that comes next. */
  #role: Role = "schema";
  #bound: string | undefined;

  constructor(out: ByteWriter) {
    this.#writer = new JsonWriter(out);
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const role = this.#nextRole();
    if (this.#bound !== undefined) {
      this.#open.at(-1)!.held.set(this.#bound, { kind, bytes, start, end });
      this.#bound = undefined;
    } else if (kind === Kind.boolean && (role === "schema" || role === "items")) {
      this.#boolean(bytes[start] === 0x74);
    } else this.#writer.scalar(kind, bytes, start, end);
  }

  instant(milliseconds: number): void {
    this.#writer.instant(milliseconds);
  }

  open(kind: Kind): void {
    const role = this.#nextRole();
    // No bound: what it is, is for others to say.
    if (this.#bound !== undefined) this.#key(this.#bound);
    this.#bound = undefined;
    this.#open.push({ role: kind === Kind.map ? roleOfMap(role) : roleOfList(role), held: new Map() });
    this.#writer.open(kind);
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const { role } = this.#open.at(-1)!;
    const name = role === "schema" ? stringOf(bytes, start, end) : "";
    this.#role = role === "schemas" ? "schema" : (roles.get(name) ?? "plain");
    if (bounds.has(name)) this.#bound = name;
    else this.#writer.key(kind, bytes, start, end);
  }

  close(kind: Kind): void {
    const { held } = this.#open.pop()!;
    this.#bounds(held, "minimum", "exclusiveMinimum", (exclusive, bound) => exclusive >= bound);
    this.#bounds(held, "maximum", "exclusiveMaximum", (exclusive, bound) => exclusive <= bound);
    this.#writer.close(kind);
  }

  /** Of the value that begins here. */
  #nextRole(): Role {
    const around = this.#open.at(-1)?.role;
    return around === "list" ? "schema" : around === "plain" ? "plain" : this.#role;
  }

  #boolean(value: boolean): void {
    this.isChanged = true;
    this.#writer.open(Kind.map);
    if (!value) {
      this.#key("not");
      this.#writer.open(Kind.map);
      this.#writer.close(Kind.map);
    }
    this.#writer.close(Kind.map);
  }

  /** Of two bounds the stricter one; where doubles can't tell, one that refuses nothing that the other takes. */
  #bounds(
    held: ReadonlyMap<string, Place>,
    name: string,
    exclusiveName: string,
    isStricter: (exclusive: number, bound: number) => boolean,
  ): void {
    const bound = held.get(name);
    const exclusive = held.get(exclusiveName);
    if (exclusive === undefined || exclusive.kind === Kind.boolean) {
      this.#member(name, bound);
      this.#member(exclusiveName, exclusive);
      return;
    }
    this.isChanged = true;
    if (bound !== undefined && !isStricter(numberOf(exclusive), numberOf(bound))) {
      this.#member(name, bound);
      return;
    }
    this.#member(name, exclusive);
    this.#key(exclusiveName);
    this.#writer.scalar(Kind.boolean, yes, 0, yes.length);
  }

  #member(name: string, place: Place | undefined): void {
    if (place === undefined) return;
    this.#key(name);
    this.#writer.scalar(place.kind, place.bytes, place.start, place.end);
  }

  #key(name: string): void {
    const bytes = utf8.encode(name);
    this.#writer.key(Kind.text, bytes, 0, bytes.length);
  }
}

const yes = utf8.encode("true");
const numberOf = ({ bytes, start, end }: Place) => Number(stringOf(bytes, start, end));

const roleOfMap = (role: Role): Role =>
  role === "items" || role === "additional" ? "schema" : role === "list" ? "plain" : role;
const roleOfList = (role: Role): Role => (role === "items" || role === "list" ? "list" : "plain");
