import { relative } from "node:path";
import { missingOf } from "../../functions/program/credentials.ts";
import { runCommand } from "../run-command.ts";
import { isPackaged, root } from "./commands.ts";
import { greetingOf } from "./greeting.ts";
import { readScheduled, startSchedule } from "./schedules.ts";
import { readSettings } from "./settings.ts";
import { startStack } from "./stack.ts";

const statusOf = (missing: readonly string[]) =>
  missing.length === 0 ? "runs now" : `requires ${missing.join(", ")}`;

runCommand(async () => {
  const settings = readSettings(process.env);
  const stack = await startStack(settings);
  const scheduled = await readScheduled(new URL("serverless.yml", root));
  const data = relative(process.cwd(), settings.dataDir) || settings.dataDir;
  const lines = scheduled.map(
    each =>
      each.streamer.padEnd(12) + each.every.padEnd(18) + statusOf(missingOf(each.credentials, process.env)),
  );
  console.log(greetingOf(settings, { ...stack, data, scheduled: lines }));
  const running = scheduled.filter(each => missingOf(each.credentials, process.env).length === 0);
  // Loaded only here: the package has its streamers bundled, and no bundler.
  if (running.length > 0 && !isPackaged) await (await import("../bundle.ts")).bundleStreamers("dist");
  const schedules = running.map(each => startSchedule(each, stack.wired.parts, process.env, console.log));
  const close = async () => {
    for (const each of schedules) each.close();
    await stack.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => runCommand(close));
});
