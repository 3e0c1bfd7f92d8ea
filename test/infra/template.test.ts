import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RegoEngine, TemplateFile } from "@aws/cloudformation-validate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, rules, seed, type Template } from "./template-rules.ts";

const root = new URL("../../", import.meta.url).pathname;
const minute = 60_000;
let dir: string;
let template: Template;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-package-"));
  // No credentials, no region, no home: packaging may ask for none.
  const env = { PATH: process.env.PATH, HOME: dir };
  await promisify(execFile)("node", [join(root, "node_modules/.bin/osls"), "package", "--package", dir], {
    cwd: root,
    env,
  });
  template = JSON.parse(await readFile(join(dir, "cloudformation-template-update-stack.json"), "utf8"));
}, minute);
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What CloudFormation itself would refuse. */
async function errorsOf(checked: Template): Promise<string[]> {
  const path = join(dir, "checked.json");
  await writeFile(path, JSON.stringify(checked));
  const engine = new RegoEngine();
  try {
    const { diagnostics } = engine.validateStandard(new TemplateFile(path));
    return diagnostics
      .filter(({ severity }) => /error|fatal/i.test(severity))
      .map(({ ruleId, message }) => `${ruleId}: ${message}`);
  } finally {
    engine.free();
  }
}

describe("the packaged template", () => {
  it("is one that CloudFormation takes", async () => {
    expect(await errorsOf(template)).toEqual([]);
  });

  it("would not be, with a property misspelt", async () => {
    const broken = structuredClone(template);
    seed(broken, ["Table.Properties.BilingMode", "PAY_PER_REQUEST"]);
    expect(await errorsOf(broken)).not.toEqual([]);
  });

  it.each(rules)("$name", ({ check, seed: fault }) => {
    expect(check(template)).toEqual([]);
    const broken = structuredClone(template);
    seed(broken, fault);
    expect(check(broken)).not.toEqual([]);
  });

  it("has a function for each handler, and a handler for each function", async () => {
    const named = ofType("AWS::Lambda::Function", "Handler").sort();
    const files = (await readdir(join(root, "functions"))).filter(name => name.endsWith(".ts"));
    const texts = await Promise.all(files.map(name => readFile(join(root, "functions", name), "utf8")));
    const handlers = files.filter((_, i) => texts[i]!.includes("export const handler"));
    expect(named).toEqual(handlers.map(name => `dist/${name.replace(".ts", "")}.handler`).sort());
    for (const handler of named)
      expect(existsSync(join(root, handler.replace(".handler", ".mjs")))).toBe(true);
  });

  it("has the routes that the local front has", async () => {
    const keys = ofType("AWS::ApiGatewayV2::Route", "RouteKey");
    const stack = await readFile(join(root, "infra/local/stack.ts"), "utf8");
    const local = [...stack.matchAll(/method: "(\w+)",\s+path: "([^"]+)"/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    expect(local.sort()).toEqual(keys.sort());
  });
});

const ofType = (type: string, property: string) =>
  Object.values(template.Resources).flatMap(resource =>
    resource?.Type === type ? [at(resource.Properties, property) as string] : [],
  );
