import { writeFile } from "node:fs/promises";
import { openapi } from "../functions/http/openapi.ts";

/** `npm run openapi`: docs/openapi.json, as the endpoint answers it. */
await writeFile("docs/openapi.json", `${JSON.stringify(openapi(), null, 2)}\n`);
