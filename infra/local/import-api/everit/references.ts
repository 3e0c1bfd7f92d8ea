import querystring from "node:querystring";
import type { Value } from "../values.ts";
import { invalidSchema } from "./keywords.ts";
import { isUri } from "./uri.ts";
import type { Check, Schema } from "./violation.ts";

/** A schema that a `$ref` leads to, which may lead back to it before it is loaded. */
interface Target {
  check?: Check;
  /** The values that are being checked. */
  readonly active: Value[];
}

/** Returns the base of the `$ref`s in a schema: its `id`, or what holds around it. */
export function scopeOf(schema: Schema, outer: string | undefined): string | undefined {
  const id = schema.get("id");
  if (typeof id !== "string") return outer;
  if (!isUri(id)) throw invalidSchema(`id ${id} is not a URI`);
  return id.startsWith("#") ? outer : id;
}

/** The `$ref`s of a schema: everit's ReferenceLookup. Nothing is fetched. */
export class References {
  readonly #root: Schema;
  readonly #targets = new Map<string, Target>();

  constructor(root: Schema) {
    this.#root = root;
  }

  /**
   * Other members beside the `$ref` replace those of its target, once for all `$ref`s to it. Throws a
   * Refusal.
   */
  checkOf(ref: string, schema: Schema, scope: string | undefined, load: (schema: Schema) => Check): Check {
    const known = this.#targets.get(ref);
    if (known !== undefined) return checkOf(known, ref);
    // An `id` makes every `$ref` lead to another document, the schema's own `#/definitions` too.
    if (!ref.startsWith("#") || scope !== undefined)
      throw invalidSchema(`$ref ${ref} leads to another document, and the sandbox fetches nothing`);
    const target: Target = { active: [] };
    this.#targets.set(ref, target);
    const beside = [...schema].filter(([name]) => name !== "$ref");
    target.check = load(new Map([...this.#find(ref), ...beside]));
    return checkOf(target, ref);
  }

  #find(ref: string): Schema {
    if (ref === "#") return this.#root;
    if (!ref.startsWith("#/") || !isUri(ref)) throw invalidSchema(`$ref ${ref} is not a JSON pointer`);
    let found: Value | undefined = this.#root;
    for (const name of namesOf(ref)) found = memberOf(found, name);
    if (found instanceof Map) return found;
    throw invalidSchema(`could not query schema document by pointer [${ref}]`);
  }
}

/** org.json's JSONPointer decodes a fragment as a form, and unescapes it twice. */
function namesOf(ref: string): string[] {
  const names = querystring.unescape(ref.slice(2).replaceAll("+", " ")).split("/");
  return names.map(name => unescaped(unescaped(name)));
}

const unescaped = (name: string) =>
  name.replaceAll("~1", "/").replaceAll("~0", "~").replaceAll('\\"', '"').replaceAll("\\\\", "\\");

function memberOf(value: Value | undefined, name: string): Value | undefined {
  if (value instanceof Map) return value.get(name);
  return Array.isArray(value) && /^\d+$/.test(name) ? value[Number(name)] : undefined;
}

/** A target that leads back to itself without going into the value never ends: everit overflows its stack. */
function checkOf(target: Target, ref: string): Check {
  return value => {
    if (target.active.includes(value))
      throw invalidSchema(`$ref ${ref} leads back to itself (the sandbox's words)`);
    target.active.push(value);
    try {
      return target.check!(value);
    } finally {
      target.active.pop();
    }
  };
}
