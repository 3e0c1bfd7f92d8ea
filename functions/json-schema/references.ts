import type { JsonObject } from "../values/json-object.ts";
import { partsOfPointer } from "../values/json-pointer.ts";
import { NotASchema } from "./dialect.ts";
import { ExactNumber } from "./exact-number.ts";
import { subschemasOf } from "./subschemas.ts";

/** Resolves a schema's `$ref`s within the schema itself. Nothing is fetched. */
export class References {
  readonly #schema: JsonObject;
  #byId: ReadonlyMap<string, JsonObject> | undefined;

  constructor(schema: JsonObject) {
    this.#schema = schema;
  }

  /** Returns the schema that `ref` points to. Throws NotASchema, which names `at`, if there is none. */
  target(ref: unknown, at: string): boolean | JsonObject {
    const found = this.find(ref);
    if (typeof found === "boolean" || isObject(found)) return found;
    throw new NotASchema(
      `${at} has a $ref to ${JSON.stringify(`${ref}`.slice(0, 100))}, which is not in it: nothing is fetched`,
    );
  }

  /** Returns whatever `ref` points to, if anything. */
  find(ref: unknown): unknown {
    if (typeof ref !== "string") return undefined;
    if (ref === "#") return this.#schema;
    if (ref.startsWith("#/")) return at(this.#schema, ref);
    // The Import API fetches any other reference, even if a part of the schema has it as its id.
    return ref.startsWith("#") ? this.#ids().get(ref) : undefined;
  }

  #ids(): ReadonlyMap<string, JsonObject> {
    this.#byId ??= new Map(idsIn(this.#schema));
    return this.#byId;
  }
}

/** Returns what a JSON pointer points to. */
function at(schema: JsonObject, pointer: string): unknown {
  let found: unknown = schema;
  for (const name of partsOfPointer(pointer)) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as JsonObject)[name];
  }
  return found;
}

/** Returns a schema's parts by their own `$id` or `id`. */
const idsIn = (schema: JsonObject): [string, JsonObject][] =>
  subschemasOf(schema).flatMap(part =>
    [part.$id, part.id].filter(id => typeof id === "string").map((id): [string, JsonObject] => [id, part]),
  );

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
