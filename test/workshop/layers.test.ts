import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { layersOf } from "./layers.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Forbidden imports, and the rule that has to notice each. */
const seeds: readonly [file: string, imports: string, rule: string][] = [
  ["functions/values/seed-1.ts", "node:fs", "values import themselves and buffers"],
  ["functions/values/seed-2.ts", "../stitchstream/header.ts", "values import themselves and buffers"],
  ["functions/json-schema/seed-1.ts", "../stitchstream/header.ts", "JSON Schema knows values"],
  ["functions/json-schema/seed-2.ts", "../persister/limits.ts", "JSON Schema knows values"],
  ["functions/import-api/seed-3.ts", "../json-schema/evaluator.ts", "JSON Schema has one door"],
  ["cli/seed-4.ts", "../functions/json-schema/exact-number.ts", "JSON Schema has one door"],
  ["functions/stitchstream/seed-1.ts", "node:fs", "the format knows values"],
  ["functions/stitchstream/seed-2.ts", "zod", "the format knows values"],
  ["functions/stitchstream/seed-3.ts", "../persister/limits.ts", "the format knows values"],
  ["functions/persister/seed-1.ts", "../aws/archive.ts", "the core knows the format, schemas and values"],
  ["functions/persister/seed-2.ts", "../http/problem.ts", "the core knows the format, schemas and values"],
  [
    "functions/persister/seed-3.ts",
    "../import-api/client.ts",
    "the core knows the format, schemas and values",
  ],
  ["functions/persister/seed-4.ts", "node:process", "the core knows the format, schemas and values"],
  ["functions/persister/seed-5.ts", "@aws-sdk/client-s3", "the AWS SDK is AWS's adapters' alone"],
  ["functions/persister/seed-6.ts", "re2js", "the core knows the format, schemas and values"],
  ["functions/http/seed-1.ts", "@aws-sdk/client-s3", "the AWS SDK is AWS's adapters' alone"],
  [
    "functions/import-api/seed-1.ts",
    "../persister/persist.ts",
    "the Import API's client knows the core's ports",
  ],
  ["functions/import-api/seed-2.ts", "../aws/archive.ts", "the Import API's client knows the core's ports"],
  ["functions/http/seed-2.ts", "../aws/archive.ts", "HTTP knows the core's ports, requests and results"],
  [
    "functions/http/seed-3.ts",
    "../persister/persist.ts",
    "HTTP knows the core's ports, requests and results",
  ],
  [
    "functions/aws/seed-1.ts",
    "../import-api/client.ts",
    "AWS's adapters know the core's ports, and what a request is",
  ],
  [
    "functions/aws/seed-2.ts",
    "../http/problem.ts",
    "AWS's adapters know the core's ports, and what a request is",
  ],
  ["functions/memory/seed-1.ts", "../aws/archive.ts", "the memory's adapters know the core's ports"],
  ["functions/program/seed-1.ts", "../persister/forward/forward.ts", "a run delivers as everybody does"],
  ["functions/program/seed-2.ts", "../aws/credentials.ts", "a run delivers as everybody does"],
  ["functions/persister/seed-7.ts", "../program/run.ts", "the core knows the format, schemas and values"],
  ["functions/seed-1.ts", "./bookmark.ts", "handlers are imported by the local stack alone"],
  ["functions/ingest-seed.ts", "./wire.ts", "only handlers are wired"],
  ["functions/http/seed-4.ts", "../../infra/bundle.ts", "functions know nothing of infra and tests"],
  ["functions/page/seed-1.ts", "../values/bytes.ts", "the page runs in a browser, alone"],
  ["functions/page/seed-2.ts", "zod", "the page runs in a browser, alone"],
  ["functions/http/seed-5.ts", "../page/times.ts", "nothing imports the page, which is bundled apart"],
  ["streamers/seed-1.ts", "../functions/persister/limits.ts", "a streamer knows the format and itself"],
  ["streamers/seed-2.ts", "../functions/aws/archive.ts", "a streamer knows the format and itself"],
  ["functions/seed-2.ts", "../streamers/streamer.ts", "nothing imports a streamer"],
  ["cli/seed-1.ts", "../streamers/streamer.ts", "nothing imports a streamer"],
  ["cli/seed-2.ts", "../functions/aws/clients.ts", "the command knows neither AWS nor infra"],
  ["cli/seed-3.ts", "../infra/bundle.ts", "the command knows neither AWS nor infra"],
  ["infra/seed-1.ts", "../test/infra/template.ts", "infra knows nothing of tests"],
  ["infra/seed-2.ts", "./seed-3.ts", "no cycles"],
  ["infra/seed-3.ts", "./seed-2.ts", "no cycles"],
];

let copy: string;
let found: string[];

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "persister-layers-"));
  for (const dir of ["functions", "streamers", "cli", "infra", "test", "tsconfig.json"])
    await cp(join(root, dir), join(copy, dir), { recursive: true });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  await Promise.all(
    seeds.map(([file, imports]) => writeFile(join(copy, file), `export * from "${imports}";\n`)),
  );
  const { violations } = await layersOf(copy);
  found = violations.map(({ rule, from }) => `${from}: ${rule.name}`);
});
afterAll(() => rm(copy, { recursive: true, force: true }));

it("every import is allowed by CONTRIBUTING.md's table", async () => {
  expect((await layersOf(root)).violations).toEqual([]);
});

it.each(seeds)("%s may not import %s", (file, _, rule) => {
  // A cycle is reported for one of its files.
  const files = rule === "no cycles" ? ["infra/seed-2.ts", "infra/seed-3.ts"] : [file];
  expect(files.some(each => found.includes(`${each}: ${rule}`))).toBe(true);
});
