import { type Dialect, SchemaCompiler } from "../json-schema/index.ts";
import type { Rules } from "../persister/destination.ts";
import * as limits from "../persister/limits.ts";
import { SchemaInferences } from "./infer-schema.ts";
import { formats, formatsByText } from "./rules/formats.ts";
import { isReserved } from "./rules/names.ts";
import { readSchema } from "./rules/schemas.ts";

/** How the Import API reads JSON Schema: everit json-schema 1.5.1. */
export const importApiDialect: Dialect = { formats, formatsByText, isJava: true, read: readSchema };

/**
 * Returns what the Import API is known to refuse; the sources are in docs/import-api.md and
 * test/import-api/rules. A process needs one: it keeps compiled schemas between deliveries.
 */
export const importApiRules = (): Rules => ({
  isReserved,
  keyCharsMax: limits.keyCharsMax,
  schemas: new SchemaCompiler(importApiDialect, limits),
  inferences: () => new SchemaInferences(),
});
