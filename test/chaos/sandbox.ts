import { startImportApi } from "../../infra/local/import-api/server.ts";
import { readSettings } from "../../infra/local/settings.ts";

// Whoever started it may be killed, too.
process.once("disconnect", () => process.exit());

/** A process of its own: the sandbox Import API. */
const { dataDir, port, stitchClientId: clientId, stitchToken: token } = readSettings(process.env);
const { url } = await startImportApi({ dir: dataDir, port, clientId, token });
console.log(`up ${url}`);
