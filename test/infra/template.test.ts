import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { RegoEngine, TemplateFile } from "@aws/cloudformation-validate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, ofType, type Seed, seeded, type Template } from "./template.ts";
import { rules } from "./template-rules.ts";
import { zipEntries } from "./zip-entries.ts";

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
    expect(await errorsOf(seeded(template, ["Table.Properties.BilingMode", "PAY_PER_REQUEST"]))).not.toEqual(
      [],
    );
  });

  describe.each(rules)("$name", ({ check, seeds }) => {
    it("holds", () => expect(check(template)).toEqual([]));
    it.each(seeds)("and notices %s: %j", (...seed: Seed) =>
      expect(check(seeded(template, seed))).not.toEqual([]),
    );
  });

  it("has a function for each handler, and a handler for each function", async () => {
    const files = (await readdir(join(root, "functions"))).filter(name => name.endsWith(".ts"));
    const texts = await Promise.all(files.map(name => readFile(join(root, "functions", name), "utf8")));
    const handlers = files
      .filter((_, i) => texts[i]!.includes("export const handler"))
      .map(name => `dist/${name.replace(".ts", "")}.handler`);
    const named = (checked: Template) => propertiesOf(checked, "AWS::Lambda::Function", "Handler").sort();
    expect(named(template)).toEqual(handlers.sort());
    const broken = seeded(template, ["IngestLambdaFunction.Properties.Handler", "dist/other.handler"]);
    expect(named(broken)).not.toEqual(handlers);
  });

  it("has a package for each function: its bundle and the map, and no more", async () => {
    for (const handler of propertiesOf(template, "AWS::Lambda::Function", "Handler")) {
      const name = handler.replace(/^dist\/|\.handler$/g, "");
      const zip = await readFile(join(dir, `${name}.zip`));
      expect(zipEntries(zip).sort()).toEqual([`dist/${name}.mjs`, `dist/${name}.mjs.map`]);
    }
  });

  it("has the routes that the local front has", async () => {
    const keys = propertiesOf(template, "AWS::ApiGatewayV2::Route", "RouteKey");
    const stack = await readFile(join(root, "infra/local/stack.ts"), "utf8");
    const local = [...stack.matchAll(/method: "(\w+)", path: "([^"]+)"/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    expect(local.sort()).toEqual(keys.sort());
  });
});

const propertiesOf = (checked: Template, type: string, property: string) =>
  ofType(checked, type).map(({ resource }) => at(resource.Properties, property) as string);
