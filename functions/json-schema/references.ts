import type { JsonObject } from "../values/json-object.ts";
import { partsOfPointer } from "../values/json-pointer.ts";
import { NotASchema } from "./dialect.ts";
import { ExactNumber } from "./exact-number.ts";
import { subschemasOf } from "./subschemas.ts";

/** Finds what a schema's `$ref`s lead to: places in itself. Nothing is fetched. */
export class References {
  readonly #schema: JsonObject;
  #byId: ReadonlyMap<string, JsonObject> | undefined;

  constructor(schema: JsonObject) {
    this.#schema = schema;
  }

  /** Throws NotASchema, which says that it is `at`, for what is no schema in this one. */
  target(ref: unknown, at: string): boolean | JsonObject {
    const found = this.find(ref);
    if (typeof found === "boolean" || isObject(found)) return found;
    throw new NotASchema(
      `${at} has a $ref to ${JSON.stringify(`${ref}`.slice(0, 100))}, which is not in it: nothing is fetched`,
    );
  }

  /** What is there, if anything is. */
  find(ref: unknown): unknown {
    if (typeof ref !== "string") return undefined;
    if (ref === "#") return this.#schema;
    if (ref.startsWith("#/")) return at(this.#schema, ref);
    // What is not in the schema by its looks the Import API would fetch, though some part has it for its id.
    return ref.startsWith("#") ? this.#ids().get(ref) : undefined;
  }

  #ids(): ReadonlyMap<string, JsonObject> {
    this.#byId ??= new Map(idsIn(this.#schema));
    return this.#byId;
  }
}

/** What a JSON pointer points to. */
function at(schema: JsonObject, pointer: string): unknown {
  let found: unknown = schema;
  for (const name of partsOfPointer(pointer)) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as JsonObject)[name];
  }
  return found;
}

/** A schema's parts by the `$id` or `id` they give themselves. */
const idsIn = (schema: JsonObject): [string, JsonObject][] =>
  subschemasOf(schema).flatMap(part =>
    [part.$id, part.id].filter(id => typeof id === "string").map((id): [string, JsonObject] => [id, part]),
  );

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
