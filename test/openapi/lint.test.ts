import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openapi } from "../../functions/http/openapi.ts";
import manifest from "../../package.json" with { type: "json" };

/** docs/openapi.json under `@redocly/cli`, with the rules of redocly.yaml. */
const dir = mkdtempSync(join(tmpdir(), "persister-lint-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** Without these it would ask the network for a newer version of itself, and report its use. */
const quiet = { REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };

/** Resolves to the rules that a document breaks. */
async function lint(document: unknown): Promise<string[]> {
  const file = join(dir, "openapi.json");
  writeFileSync(file, JSON.stringify(document));
  const args = ["lint", "--config", "test/openapi/redocly.yaml", "--format", "json", file];
  const options = { env: { ...process.env, ...quiet }, maxBuffer: 10_000_000 };
  const printed = await new Promise<string>(resolve => {
    execFile(join("node_modules", ".bin", "redocly"), args, options, (_, stdout) => resolve(stdout));
  });
  const { problems } = JSON.parse(printed) as { problems: { ruleId: string }[] };
  return [...new Set(problems.map(({ ruleId }) => ruleId))].sort();
}

it("finds nothing in the document", async () => {
  expect(await lint(openapi())).toEqual([]);
});

it("finds what the rules forbid", async () => {
  const text = JSON.stringify(openapi())
    .replace('"name":"If-Match"', '"name":"Accept"')
    .replace('"summary":"Accepts a stitchstream."', `"summary":"Accepts ${"a stitchstream ".repeat(5)}."`)
    .replace('"tags":["Deliveries"]', '"tags":["Deliveries","Nothing"]')
    .replace(/("in":"query","name":"limit","required":false),"description":"[^"]*"/, "$1");
  const rules = ["no-accept-parameter", "one-tag", "short-summaries"].map(name => `rule/${name}`);
  expect(await lint(JSON.parse(text))).toEqual(["operation-tag-defined", "parameter-description", ...rules]);
});

it("has the package's version, and refers to the guide once the repository has an address", () => {
  expect(openapi()).toMatchObject({ info: { version: manifest.version } });
  expect(openapi("")).not.toHaveProperty("externalDocs");
  const url = "https://github.com/someone/something#readme";
  expect(openapi("https://github.com/someone/something.git")).toMatchObject({ externalDocs: { url } });
});
