import type { ByteWriter } from "../values/byte-writer.ts";
import { stringOf } from "../values/scanner.ts";
import { isInt64 } from "../values/transit-scalar.ts";
import { Kind, type Visitor } from "../values/visitor.ts";

/** JSON Schema's types, a bit each, in the order in which they are written. */
const typeNames = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
type TypeName = (typeof typeNames)[number];
const bit = Object.fromEntries(typeNames.map((name, n) => [name, 1 << n])) as Record<TypeName, number>;

/** The text of `type` by the bits of the types that were seen. */
const typeTexts = Array.from({ length: 1 << typeNames.length }, (_, seen) => typeText(seen));

function typeText(seen: number): string {
  return `"type":${JSON.stringify(typeIn(seen))}`;
}

/** Integers among other numbers are numbers. */
function typeIn(seen: number): TypeName | TypeName[] {
  const types = (seen & bit.number) !== 0 ? seen & ~bit.integer : seen;
  const names = typeNames.filter(name => (types & bit[name]) !== 0);
  return names.length === 1 ? names[0]! : names;
}

/** The values seen at one position of the records. There may be as many positions as values. */
class Seen {
  types = 0;
  instants = false;
  texts = false;
  properties: Map<string, Seen> | undefined;
  items: Seen | undefined;
  /** Its name's text as it was first written: between the quotes, in the body. */
  readonly nameStart: number;
  readonly nameEnd: number;

  constructor(nameStart = 0, nameEnd = 0) {
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
  }

  write(out: ByteWriter, body: Uint8Array): void {
    out.ascii("{");
    out.ascii(typeTexts[this.types]!);
    // Text that is not an instant would violate the format.
    if (this.instants && !this.texts) out.ascii(',"format":"date-time"');
    if ((this.types & bit.object) !== 0) this.#writeProperties(out, body);
    if (this.items !== undefined) {
      out.ascii(',"items":');
      this.items.write(out, body);
    }
    out.ascii("}");
  }

  #writeProperties(out: ByteWriter, body: Uint8Array): void {
    out.ascii(',"properties":{');
    let before = '"';
    for (const place of this.properties?.values() ?? []) {
      out.ascii(before);
      out.copy(body, place.nameStart, place.nameEnd);
      out.ascii('":');
      place.write(out, body);
      before = ',"';
    }
    out.ascii("}");
  }
}

const ascii = new TextDecoder("latin1");

/** Infers the schema that every record it visits conforms to. */
export class SchemaInference implements Visitor {
  readonly #root = new Seen();
  /** The open containers, innermost last. */
  readonly #open: Seen[] = [];
  #property: Seen | undefined;

  /** Writes the schema, draft 4, as JSON; the records were of `body`. */
  write(out: ByteWriter, body: Uint8Array): void {
    this.#root.write(out, body);
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const place = this.#place();
    const type = typeOf(kind, bytes, start, end);
    place.types |= bit[type];
    if (type === "string") place.texts = true;
  }

  instant(): void {
    const place = this.#place();
    place.types |= bit.string;
    place.instants = true;
  }

  open(kind: Kind): void {
    const place = this.#open.length === 0 ? this.#root : this.#place();
    place.types |= kind === Kind.map ? bit.object : bit.array;
    this.#open.push(place);
  }

  key(_kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const map = this.#open.at(-1)!;
    map.properties ??= new Map();
    const name = stringOf(bytes, start, end);
    let property = map.properties.get(name);
    if (property === undefined) {
      property = new Seen(start, end);
      map.properties.set(name, property);
    }
    this.#property = property;
  }

  close(): void {
    this.#open.pop();
  }

  /** Returns the place of the following value: under the last key, or among an array's elements. */
  #place(): Seen {
    const property = this.#property;
    if (property !== undefined) {
      this.#property = undefined;
      return property;
    }
    const array = this.#open.at(-1)!;
    array.items ??= new Seen();
    return array.items;
  }
}

function typeOf(kind: Kind, bytes: Uint8Array, start: number, end: number): TypeName {
  switch (kind) {
    case Kind.null:
      return "null";
    case Kind.boolean:
      return "boolean";
    case Kind.integer:
    case Kind.bigInteger:
      // The Import API's `integer` ends at 64 bits: import-api.md section 2.
      return isInt64(ascii.decode(bytes.subarray(start, end))) ? "integer" : "number";
    case Kind.double:
    case Kind.decimal:
      return "number";
    default:
      return "string";
  }
}
