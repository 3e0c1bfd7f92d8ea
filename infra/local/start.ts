import { relative } from "node:path";
import { failClearly } from "./fail.ts";
import { readSettings } from "./settings.ts";
import { startStack } from "./stack.ts";

failClearly(async () => {
  const settings = readSettings(process.env);
  const stack = await startStack(settings);
  const data = relative(process.cwd(), settings.dataDir) || settings.dataDir;
  console.log(`Persister is up at ${stack.url}, its data in ${data}/

POST a stitchstream:

  curl -H "Authorization: Bearer ${settings.token}" --data-binary @test/streams/inboxes.stitchstream ${stack.url}/v1/streamers/drift

The last bookmark, and the rows that landed:

  curl -H "Authorization: Bearer ${settings.token}" ${stack.url}/v1/streamers/drift/bookmark
  npm run sql -- "select * from inboxes"

Ctrl-C ends it.`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => failClearly(() => stack.close().then(() => process.exit(0))));
  }
});
