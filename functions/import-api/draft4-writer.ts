import type { ByteWriter } from "../values/byte-writer.ts";
import { JsonWriter } from "../values/json-writer.ts";
import { stringOf } from "../values/scanner.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { type Role, roleOfList, roleOfMap, roles } from "./draft4-roles.ts";
import type { Targets } from "./draft4-targets.ts";

/** Keywords that depend on one another. */
const paired: ReadonlySet<string> = new Set(["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"]);

interface HeldValue {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** An open map or list. */
interface Open {
  readonly role: Role;
  /** The targets of `$ref`s within it. */
  readonly targets: Targets | undefined;
  /** The number of a list's elements so far; undefined for a map. */
  count: number | undefined;
  /** A schema's bounds, which are written after its other members. */
  readonly held: Map<string, HeldValue>;
}

const utf8 = new TextEncoder();

/** Translates the schema that it visits to draft 4. Digits are unchanged. */
export class Draft4Writer implements Visitor {
  /** Something was translated; otherwise the output differs only in white space and order. */
  isChanged = false;
  readonly #writer: JsonWriter;
  readonly #open: Open[] = [];
  /** The role of the next value. */
  #role: Role = "schema";
  #targets: Targets | undefined;
  /** The name of the next value if that is held back. */
  #member: string | undefined;
  /** The next value is a schema's `$ref`. */
  #isRef = false;
  /** JSON pointers by the names that `$ref`s use for them. */
  readonly #pointers: ReadonlyMap<string, string>;

  constructor(out: ByteWriter, targets: Targets, pointers: ReadonlyMap<string, string>) {
    this.#writer = new JsonWriter(out);
    this.#targets = targets;
    this.#pointers = pointers;
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const role = this.#nextRole();
    const pointer = this.#isRef ? this.#pointers.get(stringOf(bytes, start, end)) : undefined;
    if (pointer !== undefined) this.#text(pointer);
    else if (this.#member !== undefined) {
      this.#open.at(-1)!.held.set(this.#member, { kind, bytes, start, end });
      this.#member = undefined;
    } else if (kind === Kind.boolean && (role === "schema" || role === "items")) {
      this.#boolean(bytes[start] === 0x74);
    } else this.#writer.scalar(kind, bytes, start, end);
  }

  instant(milliseconds: number): void {
    this.#writer.instant(milliseconds);
  }

  open(kind: Kind): void {
    const role = this.#nextRole();
    // Not a valid bound: rules/ reports it.
    if (this.#member !== undefined) this.#key(this.#member);
    this.#member = undefined;
    const isMap = kind === Kind.map;
    this.#open.push({
      role: isMap ? roleOfMap(role) : roleOfList(role),
      targets: this.#targets,
      count: isMap ? undefined : 0,
      held: new Map(),
    });
    this.#writer.open(kind);
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const { role, targets } = this.#open.at(-1)!;
    const isKeyword = role === "schema";
    const name = isKeyword || targets !== undefined ? stringOf(bytes, start, end) : "";
    this.#role = role === "schemas" ? "schema" : (isKeyword && roles.get(name)) || "plain";
    this.#targets = targets?.at(name);
    this.#isRef = isKeyword && name === "$ref";
    if (isKeyword && paired.has(name)) this.#member = name;
    else this.#writer.key(kind, bytes, start, end);
  }

  close(kind: Kind): void {
    const { held } = this.#open.pop()!;
    this.#bounds(held, "minimum", "exclusiveMinimum", (exclusive, bound) => exclusive >= bound);
    this.#bounds(held, "maximum", "exclusiveMaximum", (exclusive, bound) => exclusive <= bound);
    this.#writer.close(kind);
  }

  /** Returns the role of the value that begins here. */
  #nextRole(): Role {
    const around = this.#open.at(-1);
    if (around?.count !== undefined) {
      this.#role = around.role === "list" ? "schema" : "plain";
      this.#targets = around.targets?.at(`${around.count++}`);
    }
    const isNoSchemaYet = this.#role === "plain" || this.#role === "additional";
    return isNoSchemaYet && this.#targets?.isOne ? "schema" : this.#role;
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

  /** Writes the stricter of two bounds; if they are equal as doubles, the one that refuses less. */
  #bounds(
    held: ReadonlyMap<string, HeldValue>,
    name: string,
    exclusiveName: string,
    isStricter: (exclusive: number, bound: number) => boolean,
  ): void {
    const bound = held.get(name);
    const exclusive = held.get(exclusiveName);
    if (exclusive === undefined || !numbers.has(exclusive.kind)) {
      this.#write(name, bound);
      this.#write(exclusiveName, exclusive);
      return;
    }
    this.isChanged = true;
    if (bound !== undefined && !isStricter(numberOf(exclusive), numberOf(bound))) {
      this.#write(name, bound);
      return;
    }
    this.#write(name, exclusive);
    this.#key(exclusiveName);
    this.#writer.scalar(Kind.boolean, yes, 0, yes.length);
  }

  #write(name: string, value: HeldValue | undefined): void {
    if (value === undefined) return;
    this.#key(name);
    this.#writer.scalar(value.kind, value.bytes, value.start, value.end);
  }

  #text(text: string): void {
    this.isChanged = true;
    const bytes = utf8.encode(text);
    this.#writer.scalar(Kind.text, bytes, 0, bytes.length);
  }

  #key(name: string): void {
    const bytes = utf8.encode(name);
    this.#writer.key(Kind.text, bytes, 0, bytes.length);
  }
}

const numbers: ReadonlySet<Kind> = new Set([Kind.integer, Kind.bigInteger, Kind.double, Kind.decimal]);
const yes = utf8.encode("true");
const numberOf = ({ bytes, start, end }: HeldValue) => Number(stringOf(bytes, start, end));
