import { stringOf } from "../stitchstream/text.ts";
import { isInt64 } from "../stitchstream/transit/scalar.ts";
import { Kind, type Visitor } from "../stitchstream/visitor.ts";

/** A JSON Schema as the Import API takes it, draft 4. */
export interface Schema {
  type?: string | string[];
  format?: "date-time";
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** JSON Schema's types, a bit each, in the order they are said in. */
const typeNames = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
type TypeName = (typeof typeNames)[number];
const bit = Object.fromEntries(typeNames.map((name, n) => [name, 1 << n])) as Record<TypeName, number>;

/** All that was seen in one place of the records. There may be as many as there are values. */
class Shape {
  types = 0;
  instants = false;
  texts = false;
  properties: Map<string, Shape> | undefined;
  items: Shape | undefined;

  schema(): Schema {
    const schema: Schema = {};
    const types = (this.types & bit.number) !== 0 ? this.types & ~bit.integer : this.types;
    const names = typeNames.filter(name => (types & bit[name]) !== 0);
    if (names.length > 0) schema.type = names.length === 1 ? names[0]! : names;
    // Text that is no instant would break the format.
    if (this.instants && !this.texts) schema.format = "date-time";
    if ((types & bit.object) !== 0) {
      const properties = [...(this.properties ?? [])].map(([name, shape]) => [name, shape.schema()] as const);
      schema.properties = Object.fromEntries(properties);
    }
    if (this.items !== undefined) schema.items = this.items.schema();
    return schema;
  }
}

const ascii = new TextDecoder("latin1");

/** Infers the schema that every record it visits conforms to. */
export class SchemaInference implements Visitor {
  readonly #root = new Shape();
  /** The containers that are open, innermost last. */
  readonly #open: Shape[] = [];
  #property: Shape | undefined;

  schema(): Schema {
    const { type: _object, ...schema } = this.#root.schema();
    return { type: "object", ...schema };
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const shape = this.#shape();
    const type = typeOf(kind, bytes, start, end);
    shape.types |= bit[type];
    if (type === "string") shape.texts = true;
  }

  instant(): void {
    const shape = this.#shape();
    shape.types |= bit.string;
    shape.instants = true;
  }

  open(kind: Kind): void {
    const shape = this.#open.length === 0 ? this.#root : this.#shape();
    shape.types |= kind === Kind.map ? bit.object : bit.array;
    this.#open.push(shape);
  }

  key(_kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const map = this.#open.at(-1)!;
    map.properties ??= new Map();
    const name = stringOf(bytes, start, end);
    let property = map.properties.get(name);
    if (property === undefined) {
      property = new Shape();
      map.properties.set(name, property);
    }
    this.#property = property;
  }

  close(): void {
    this.#open.pop();
  }

  /** Where the value that follows stands: under the key just seen, or among an array's elements. */
  #shape(): Shape {
    const property = this.#property;
    if (property !== undefined) {
      this.#property = undefined;
      return property;
    }
    const array = this.#open.at(-1)!;
    array.items ??= new Shape();
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
