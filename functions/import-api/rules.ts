import type { Rules } from "../persister/ports.ts";
import { formats } from "./rules/formats.ts";
import { isReserved } from "./rules/names.ts";
import { readSchema } from "./rules/schemas.ts";

/** What the Import API is known to refuse; the sources are in docs/import-api.md and test/import-api/rules. */
export const importApiRules: Rules = {
  isReserved,
  // The server's own error text: "String keys cannot be longer than 1024 characters".
  keyCharsMax: 1_024,
  dialect: { formats, isJava: true, read: readSchema },
};
