import type { Destination } from "../persister/ports.ts";
import { type ImportApiOptions, importApi, keptConnections } from "./client.ts";
import { batchEncoder } from "./encoder.ts";
import { importApiRules } from "./rules.ts";

/**
 * Returns the Import API as the destination of an account's records. A process needs one of these functions:
 * connections and compiled schemas outlive a delivery. It throws a TypeError for an invalid url.
 */
export function importApiDestinations(): (options: ImportApiOptions) => Destination {
  const rules = importApiRules();
  const connections = keptConnections();
  return options => {
    const { clientId } = options.account;
    return {
      identity: { name: "import-api", clientId },
      rules,
      encoder: batchEncoder(clientId),
      importApi: importApi({ connections, ...options }),
    };
  };
}
