import { stringOf } from "../stitchstream/text.ts";
import { isInt64 } from "../stitchstream/transit-scalar.ts";
import { Kind, type Visitor } from "../stitchstream/visitor.ts";

/** A JSON Schema as the Import API takes it, draft 4. */
export interface Schema {
  type?: string | string[];
  format?: "date-time";
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** All that was seen in one place of the records. */
class Shape {
  readonly types = new Set<string>();
  instants = false;
  texts = false;
  readonly properties = new Map<string, Shape>();
  items: Shape | undefined;

  schema(): Schema {
    const types = [...this.types].filter(type => !(type === "integer" && this.types.has("number")));
    return {
      ...(types.length === 0 ? {} : { type: types.length === 1 ? types[0]! : types }),
      // Text that is no instant would break the format.
      ...(this.instants && !this.texts ? { format: "date-time" } : {}),
      ...(this.types.has("object")
        ? {
            properties: Object.fromEntries(
              [...this.properties].map(([name, shape]) => [name, shape.schema()]),
            ),
          }
        : {}),
      ...(this.items === undefined ? {} : { items: this.items.schema() }),
    };
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
    shape.types.add(type);
    if (type === "string") shape.texts = true;
  }

  instant(): void {
    const shape = this.#shape();
    shape.types.add("string");
    shape.instants = true;
  }

  open(kind: Kind): void {
    const shape = this.#open.length === 0 ? this.#root : this.#shape();
    shape.types.add(kind === Kind.map ? "object" : "array");
    this.#open.push(shape);
  }

  key(_kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    const { properties } = this.#open.at(-1)!;
    const name = stringOf(bytes, start, end);
    this.#property = properties.get(name) ?? new Shape();
    properties.set(name, this.#property);
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

function typeOf(kind: Kind, bytes: Uint8Array, start: number, end: number): string {
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
