import { startImportApi } from "../../infra/local/import-api/server.ts";
import { readSettings } from "../../infra/local/settings.ts";

// Its parent may be killed, too.
process.once("disconnect", () => process.exit());

/** The sandbox Import API, in a process of its own. */
const { dataDir, port, stitchClientId: clientId, stitchToken: token } = readSettings(process.env);
const { url } = await startImportApi({ dir: dataDir, port, clientId, token });
console.log(`up ${url}`);
