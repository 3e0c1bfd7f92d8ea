import type { Destination } from "../persister/ports.ts";
import { type ImportApiOptions, importApi } from "./client.ts";
import { batchEncoder } from "./encoder.ts";
import { importApiRules } from "./rules.ts";

/**
 * Returns the Import API as the destination of an account's records. Throws a TypeError for an invalid url.
 */
export function importApiDestination(options: ImportApiOptions): Destination {
  const { clientId } = options.account;
  return {
    identity: { name: "import-api", clientId },
    rules: importApiRules,
    encoder: batchEncoder(clientId),
    importApi: importApi(options),
  };
}
