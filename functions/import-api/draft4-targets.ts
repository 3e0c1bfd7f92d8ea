import { partsOfPointer } from "../values/json-pointer.ts";

/** The targets of a schema's `$ref`s, as a tree of JSON pointers' parts. */
export class Targets {
  isOne = false;
  readonly #within = new Map<string, Targets>();

  /** Returns the targets below `part`, a member's name or an element's index; undefined if there are none. */
  at(part: string): Targets | undefined {
    return this.#within.get(part);
  }

  add(parts: readonly string[]): void {
    let at: Targets = this;
    for (const part of parts) {
      const next = at.#within.get(part) ?? new Targets();
      at.#within.set(part, next);
      at = next;
    }
    at.isOne = true;
  }
}

/** Returns the targets of everything that looks like a `$ref`. */
export function targetsIn(value: unknown, targets = new Targets()): Targets {
  if (typeof value !== "object" || value === null) return targets;
  const { $ref } = value as { readonly $ref?: unknown };
  if (typeof $ref === "string" && $ref.startsWith("#/")) targets.add(partsOfPointer($ref));
  for (const each of Object.values(value)) targetsIn(each, targets);
  return targets;
}
