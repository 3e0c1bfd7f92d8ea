import type { JsonObject } from "../values/json-object.ts";

/** How a destination reads JSON Schema: what it passes over refuses nothing. */
export interface Dialect {
  /** The formats that it checks, by name; every other is an annotation. */
  readonly formats: Readonly<Record<string, (text: string) => boolean>>;
  /**
   * Whether values are compared as Java does. A number then conforms to a bound if it does exactly or as the nearest double, and
   * `1.0` is another element than `1`; in patterns, `$` is found before a last line end, too, and `\s` is of ASCII.
   */
  readonly isJava: boolean;
  /** What it reads of one schema, those within it aside; `find` is what a `$ref` leads to, if anything. */
  read(schema: JsonObject, find: (ref: string) => unknown): Reading;
}

export type Reading =
  /** The keywords that it checks, each of the shape that JSON Schema gives it. */
  | { readonly keywords: JsonObject }
  /** Why it can't read the schema. */
  | { readonly fault: string };

/** Thrown where a schema can't be read. */
export class NotASchema extends Error {
  override readonly name = "NotASchema";
}
