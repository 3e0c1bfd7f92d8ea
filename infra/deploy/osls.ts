import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CommandError } from "../run-command.ts";
import type { Options } from "./options.ts";

const require = createRequire(import.meta.url);
const osls = join(dirname(require.resolve("osls/package.json")), "bin", "serverless.js");

/** Runs the deploy tool, with its output, in serverless.yml's folder. Throws CommandError if it fails. */
export async function runOsls(command: readonly string[], options: Options): Promise<void> {
  const { stage, region, parameters, profile, verbose } = options;
  const args = [
    osls,
    ...command,
    ...["--stage", stage, "--region", region],
    ...parameters.flatMap(each => ["--param", each]),
    ...(profile === undefined ? [] : ["--aws-profile", profile]),
    ...(verbose ? ["--verbose"] : []),
  ];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new CommandError("Nothing more was done.");
}
