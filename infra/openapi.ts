import { writeFile } from "node:fs/promises";
import { openapi } from "../functions/http/openapi.ts";

/** `npm run openapi` writes docs/openapi.json, as the endpoint serves it. */
await writeFile("docs/openapi.json", `${JSON.stringify(openapi(), null, 2)}\n`);
