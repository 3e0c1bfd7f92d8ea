import { importApiRules } from "../../functions/import-api/rules.ts";
import { type Dialect, SchemaCompiler } from "../../functions/json-schema/index.ts";
import type { Rules } from "../../functions/persister/destination.ts";
import * as limits from "../../functions/persister/limits.ts";

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const date = /^\d{4}-\d\d-\d\d$/;

/**
 * All of JSON Schema, for a destination that supports everything: numbers by value, patterns as in ECMA
 * 262.
 */
export const wholeJsonSchema: Dialect = {
  formats: { "date-time": text => dateTime.test(text), date: text => date.test(text) },
  isJava: false,
  read: schema => ({ keywords: schema }),
};

/** The Import API's dialect, except for its interpretation of schemas. */
export const jsonSchemaRules: Rules = {
  ...importApiRules(),
  schemas: new SchemaCompiler(wholeJsonSchema, limits),
};
await jsonSchemaRules.schemas.loadPatterns();
