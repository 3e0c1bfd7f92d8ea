import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routeEntries } from "../../functions/http/routes.ts";
import type { Route } from "../../infra/local/gateway/routes.ts";
import { routesOf } from "../../infra/local/routes.ts";
import { errorsOf, packaged } from "./packaged.ts";
import { calls, isAllowed } from "./permissions.ts";
import { at, ofType, type Seed, seeded, type Template } from "./template.ts";
import { rules } from "./template-rules.ts";
import { zipEntries } from "./zip-entries.ts";

const root = new URL("../../", import.meta.url).pathname;
let dir: string;
let template: Template;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-package-"));
  template = await packaged(dir, ["scheduled=github,drift"]);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const titleOf = ([path, value]: Seed) =>
  value === undefined ? `no ${path}` : `${path}: ${JSON.stringify(value)}`;

describe("the packaged template", () => {
  it("is one that CloudFormation accepts", async () => {
    expect(await errorsOf(template)).toEqual([]);
  });

  it.each([
    ["a property misspelt", ["Table.Properties.BilingMode", "PAY_PER_REQUEST"], /BilingMode/],
    ["a resource without tags", ["DeadLetters.Properties.Tags", undefined], /^I9040: .*'DeadLetters'/],
  ] as const)("would not be with %s", async (_title, seed, error) => {
    expect(await errorsOf(seeded(template, seed))).toEqual([expect.stringMatching(error)]);
  });

  describe.each(rules)("$name", ({ check, seeds }) => {
    it("holds", () => expect(check(template)).toEqual([]));
    it.each(seeds.map(seed => [titleOf(seed), seed] as const))("and notices %s", (_title, seed) =>
      expect(check(seeded(template, seed))).not.toEqual([]),
    );
  });

  const titled = calls.map(call => ({ ...call, of: call.keys?.join(", ") ?? "the whole" }));
  it.each(titled)("a role's permissions: $role, $action on $on, $of", async call =>
    expect(await isAllowed(template, call)).toBe(call.isAllowed),
  );
  it("and one that allows more would be noticed", async () => {
    const condition = "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.3.Condition";
    const wider = seeded(template, [condition, {}]);
    const noticed = await Promise.all(
      calls.map(async call => (await isAllowed(wider, call)) !== call.isAllowed),
    );
    expect(noticed).toContain(true);
  });

  it("has a function for each handler, and a handler for each function", async () => {
    const files = (await readdir(join(root, "functions"))).filter(name => name.endsWith(".ts"));
    const texts = await Promise.all(files.map(name => readFile(join(root, "functions", name), "utf8")));
    const handlers = files
      .filter((_, i) => texts[i]!.includes("export const handler"))
      .map(name => `dist/${name.replace(".ts", "")}.handler`);
    const named = (checked: Template) =>
      [...new Set(propertiesOf(checked, "AWS::Lambda::Function", "Handler"))].sort();
    expect(named(template)).toEqual(handlers.sort());
    const broken = seeded(template, ["IngestLambdaFunction.Properties.Handler", "dist/other.handler"]);
    expect(named(broken)).not.toEqual(handlers);
  });

  it("has a package per function: its bundle, chunks and maps, and the streamer that it runs", async () => {
    const chunks = await readdir(join(root, "dist/chunks"));
    for (const { resource } of ofType(template, "AWS::Lambda::Function")) {
      const [handler, name] = ["Handler", "FunctionName"].map(each => String(at(resource.Properties, each)));
      const bundle = handler!.replace(".handler", ".mjs");
      const streamer = at(resource.Properties, "Environment.Variables.STREAMER");
      const streamers = streamer === undefined ? [] : [`dist/streamers/${streamer}.mjs`];
      const zip = await readFile(join(dir, `${name!.replace("persister-dev-", "")}.zip`));
      const driver = /\/(ingest|schedule)\.mjs$/.test(bundle) ? ["dist/pg.mjs"] : [];
      const page = bundle === "dist/overview.mjs" ? ["dist/page.html"] : [];
      const own = handler!.replace("dist/", "").replace(".handler", "-");
      const ownChunks = chunks.filter(file => file.startsWith(own)).map(file => `dist/chunks/${file}`);
      expect(ownChunks.length).toBeGreaterThan(2);
      const expected = [bundle, `${bundle}.map`, ...ownChunks, ...driver, ...page, ...streamers];
      expect(zipEntries(zip).sort()).toEqual(expected.sort());
    }
  });

  const routesIn = (checked: Template) =>
    Object.fromEntries(
      ofType(checked, "AWS::ApiGatewayV2::Route").map(({ resource }) => [
        at(resource.Properties, "RouteKey"),
        at(resource.Properties, "Target.Fn::Join.1.1.Ref"),
      ]),
    );

  it("routes each request to the function that the table of routes names", () => {
    const expected = Object.fromEntries(
      routeEntries.map(([route, { function: name }]) => [route, `HttpApiIntegration${capitalized(name)}`]),
    );
    expect(routesIn(template)).toEqual(expected);
    const target = { "Fn::Join": ["/", ["integrations", { Ref: "HttpApiIntegrationIngest" }]] };
    const broken = seeded(template, ["HttpApiRouteGetV1Health.Properties.Target", target]);
    expect(routesIn(broken)).not.toEqual(expected);
  });

  it("gives each function the same time as the local front", () => {
    const names = new Map<Route["handler"], string>();
    const local = routesOf(name => {
      const handler = async () => "";
      names.set(handler, name);
      return handler;
    });
    for (const { handler, timeoutMilliseconds } of local) {
      const timeout = template.Resources[`${capitalized(names.get(handler)!)}LambdaFunction`]!.Properties;
      expect(timeoutMilliseconds).toBe(Number(at(timeout, "Timeout")) * 1_000);
    }
  });
});

const capitalized = (name: string) => name[0]!.toUpperCase() + name.slice(1);

const propertiesOf = (checked: Template, type: string, property: string) =>
  ofType(checked, type).map(({ resource }) => at(resource.Properties, property) as string);
