/** A parsed JSON object, such as a JSON Schema. */
export type JsonObject = { readonly [name: string]: unknown };
