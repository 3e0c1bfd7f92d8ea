import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../functions/http/operations.ts";
import { routesOf } from "../../infra/local/routes.ts";
import { errorsOf, packaged } from "./packaged.ts";
import { at, ofType, type Seed, seeded, type Template } from "./template.ts";
import { rules } from "./template-rules.ts";
import { zipEntries } from "./zip-entries.ts";

const root = new URL("../../", import.meta.url).pathname;
const minute = 60_000;
let dir: string;
let template: Template;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-package-"));
  template = await packaged(dir);
}, minute);
afterAll(() => rm(dir, { recursive: true, force: true }));

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

  it("has the routes that the local front and the OpenAPI document have", async () => {
    const keys = propertiesOf(template, "AWS::ApiGatewayV2::Route", "RouteKey");
    const local = routesOf(() => async () => "").map(({ method, path }) => `${method} ${path}`);
    expect(local.sort()).toEqual(keys.sort());
    expect(operations.map(({ route }) => route).sort()).toEqual(keys);
  });
});

const propertiesOf = (checked: Template, type: string, property: string) =>
  ofType(checked, type).map(({ resource }) => at(resource.Properties, property) as string);
