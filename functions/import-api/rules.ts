import { keyCharsMax } from "../persister/limits.ts";
import type { Rules } from "../persister/ports.ts";
import { formats } from "./rules/formats.ts";
import { isReserved } from "./rules/names.ts";
import { readSchema } from "./rules/schemas.ts";

/**
 * What the Import API is known to refuse; the sources are in docs/import-api.md and test/import-api/rules.
 */
export const importApiRules: Rules = {
  isReserved,
  keyCharsMax,
  dialect: { formats, isJava: true, read: readSchema },
};
