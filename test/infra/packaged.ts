import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RegoEngine, TemplateFile } from "@aws/cloudformation-validate";
import type { Template } from "./template.ts";

const root = new URL("../../", import.meta.url).pathname;

/** The files that packaging reads. */
const parts = ["infra", "dist", "node_modules", "package.json"];

const serverlessYml = () => readFileSync(join(root, "serverless.yml"), "utf8");

/** A folder for the deploy tool, which writes next to serverless.yml: the project, as links. */
export async function linkedProject(serverless = serverlessYml()): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "persister-package-"));
  for (const part of parts) await symlink(join(root, part), join(cwd, part));
  await writeFile(join(cwd, "serverless.yml"), serverless);
  return cwd;
}

/**
 * The template that `npm run package` writes with these parameters. Everything is written to `dir`. Rejects
 * with the tool's error.
 */
export async function packaged(
  dir: string,
  parameters: readonly string[] = [],
  { serverless = serverlessYml(), stage = "dev", region = "us-east-1" } = {},
): Promise<Template> {
  const cwd = await linkedProject(serverless);
  // No credentials, no region, no home folder: packaging needs none.
  const env = { PATH: process.env.PATH, HOME: dir };
  const given = parameters.flatMap(each => ["--param", each]);
  const osls = join(root, "node_modules/.bin/osls");
  const args = [osls, "package", "--package", dir, "--stage", stage, "--region", region, ...given];
  try {
    await promisify(execFile)("node", args, { cwd, env });
  } finally {
    await rm(cwd, { recursive: true });
  }
  return templateIn(dir);
}

/** The template of a package. */
export const templateIn = async (dir: string) =>
  JSON.parse(await readFile(join(dir, "cloudformation-template-update-stack.json"), "utf8")) as Template;

/** The validator's rule for missing tags, for each type that may have tags. */
const untagged = "I9040";

/** Everything that CloudFormation itself would refuse, and resources without tags whose type allows them. */
export async function errorsOf(template: Template): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), "persister-template-"));
  const path = join(dir, "checked.json");
  await writeFile(path, JSON.stringify(template));
  const engine = new RegoEngine();
  try {
    const { diagnostics } = engine.validateStandard(new TemplateFile(path));
    return diagnostics
      .filter(({ severity, ruleId }) => ruleId === untagged || /error|fatal/i.test(severity))
      .map(({ ruleId, message }) => `${ruleId}: ${message}`);
  } finally {
    engine.free();
    await rm(dir, { recursive: true });
  }
}
