import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { templateIn } from "../packaged.ts";
import { at, type Seed, seeded } from "../template.ts";
import type { StandInTemplate } from "./account.ts";
import type { StandIn } from "./aws.ts";

/** The result of a deploy. */
export interface Deployed {
  readonly code: number;
  readonly said: string;
}

/** Runs `npm run deploy` without bundling in `cwd`, against a stand-in. */
export function deploy(cwd: string, aws: StandIn, args: readonly string[]): Promise<Deployed> {
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    ...aws.env,
    // In ms: the tool's polling interval.
    SLS_AWS_MONITORING_FREQUENCY: "5",
  };
  const command = ["--import", "tsx", "infra/deploy/run.ts", ...args];
  return new Promise(resolve => {
    execFile(process.execPath, command, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });
}

/** The template of a package, as the stand-in reads it. */
export const standInTemplateIn = async (dir: string) => (await templateIn(dir)) as unknown as StandInTemplate;

/**
 * Creates a package that differs from another one in its template's resources, and in the values of
 * outputs.
 */
export async function changed(
  from: string,
  to: string,
  seeds: readonly Seed[],
  outputs: Readonly<Record<string, string>> = {},
): Promise<string> {
  await cp(from, to, { recursive: true });
  const template = structuredClone(seeds.reduce(seeded, await templateIn(from)));
  for (const [name, Value] of Object.entries(outputs)) template.Outputs[name] = { Value };
  await writeFile(join(to, "cloudformation-template-update-stack.json"), JSON.stringify(template));
  // The tool deploys what is in its state file.
  const file = join(to, "serverless-state.json");
  const state: unknown = JSON.parse(await readFile(file, "utf8"));
  Object.assign(at(state, "service.provider") as object, { compiledCloudFormationTemplate: template });
  await writeFile(file, JSON.stringify(state));
  return to;
}
