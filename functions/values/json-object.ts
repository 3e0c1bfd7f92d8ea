/** A JSON object that was read, such as a JSON Schema. */
export type JsonObject = { readonly [name: string]: unknown };
