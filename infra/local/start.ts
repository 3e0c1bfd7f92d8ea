import { relative } from "node:path";
import { missingOf } from "../../functions/program/credentials.ts";
import { bundleStreamers } from "../bundle.ts";
import { runCommand } from "../run-command.ts";
import { scheduledIn, startSchedule } from "./schedules.ts";
import { readSettings } from "./settings.ts";
import { startStack } from "./stack.ts";

const statusOf = (missing: readonly string[]) =>
  missing.length === 0 ? "runs now" : `requires ${missing.join(", ")}`;

runCommand(async () => {
  const settings = readSettings(process.env);
  const stack = await startStack(settings);
  const scheduled = await scheduledIn("serverless.yml");
  const data = relative(process.cwd(), settings.dataDir) || settings.dataDir;
  console.log(`Persister is up at ${stack.url}, its data in ${data}/

POST a stitchstream:

  curl -H "Authorization: Bearer ${settings.token}" --data-binary @test/streams/inboxes.stitchstream ${stack.url}/v1/streamers/drift

The last bookmark, and the rows that landed:

  curl -H "Authorization: Bearer ${settings.token}" ${stack.url}/v1/streamers/drift/bookmark
  npm run sql -- "select * from inboxes"

Records go to the Import API at ${stack.importApiUrl}, to which \`persist -C\` can send them directly.

Streamers that run on a schedule once the environment has their credentials:

${scheduled.map(each => `  ${each.streamer.padEnd(12)}${each.every.padEnd(18)}${statusOf(missingOf(each.credentials, process.env))}`).join("\n")}

Press Ctrl-C to stop.`);
  const running = scheduled.filter(each => missingOf(each.credentials, process.env).length === 0);
  if (running.length > 0) await bundleStreamers("dist");
  const schedules = running.map(each => startSchedule(each, stack.wired.parts, process.env, console.log));
  const close = async () => {
    for (const each of schedules) each.close();
    await stack.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => runCommand(close));
});
