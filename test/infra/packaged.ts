import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RegoEngine, TemplateFile } from "@aws/cloudformation-validate";
import type { Template } from "./template.ts";

const root = new URL("../../", import.meta.url).pathname;

/** The template that `npm run package` writes, with these parameters; zips and all go to `dir`. Rejects with what the tool says. */
export async function packaged(dir: string, parameters: readonly string[] = []): Promise<Template> {
  // No credentials, no region, no home: packaging may ask for none.
  const env = { PATH: process.env.PATH, HOME: dir };
  const given = parameters.flatMap(each => ["--param", each]);
  const osls = join(root, "node_modules/.bin/osls");
  await promisify(execFile)("node", [osls, "package", "--package", dir, ...given], { cwd: root, env });
  return JSON.parse(
    await readFile(join(dir, "cloudformation-template-update-stack.json"), "utf8"),
  ) as Template;
}

/** What CloudFormation itself would refuse. */
export async function errorsOf(template: Template): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), "persister-template-"));
  const path = join(dir, "checked.json");
  await writeFile(path, JSON.stringify(template));
  const engine = new RegoEngine();
  try {
    const { diagnostics } = engine.validateStandard(new TemplateFile(path));
    return diagnostics
      .filter(({ severity }) => /error|fatal/i.test(severity))
      .map(({ ruleId, message }) => `${ruleId}: ${message}`);
  } finally {
    engine.free();
    await rm(dir, { recursive: true });
  }
}
