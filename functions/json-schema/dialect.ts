import type { JsonObject } from "../values/json-object.ts";

/** How a destination reads JSON Schema. Keywords that it ignores refuse nothing. */
export interface Dialect {
  /** The formats that it checks, by name; all others are annotations. */
  readonly formats: Readonly<Record<string, (text: string) => boolean>>;
  /** For some formats, a faster check: whether the content of a JSON string is certain to have it. */
  readonly formatsByText?: Readonly<
    Record<string, (bytes: Uint8Array, start: number, end: number) => boolean>
  >;
  /**
   * Whether values are compared as in Java. A number then conforms to a bound if it does exactly or as its
   * nearest double, and `1.0` differs from `1`; in patterns, `$` also matches before a final line end, and
   * `\s` is ASCII only.
   */
  readonly isJava: boolean;
  /** Returns what it reads of one schema, without its subschemas. `find` resolves a `$ref`. */
  read(schema: JsonObject, find: (ref: string) => unknown): Reading;
}

export type Reading =
  /** The keywords that it checks, each of the type that JSON Schema requires. */
  | { readonly keywords: JsonObject }
  /** Why it can't read the schema. */
  | { readonly fault: string };

/** Thrown for an invalid schema. */
export class NotASchema extends Error {
  override readonly name = "NotASchema";
}
