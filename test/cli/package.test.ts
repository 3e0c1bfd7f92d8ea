import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;
const parts = ["cli", "functions", "infra", "streamers", "package.json", "README.md", "LICENSE"];
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-pack-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it("the tarball of `npm pack` contains only programs, and installs and runs on its own", async () => {
  // In a copy: packing writes bundles, which other tests read.
  const checkout = join(dir, "checkout");
  for (const part of parts) await cp(join(root, part), join(checkout, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
  const { stdout } = await run("npm", ["pack", "--json", "--silent", "--pack-destination", dir], {
    cwd: checkout,
  });
  const packed = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
    { filename: string; files: { path: string; size: number }[] },
  ];
  const [{ filename, files }] = packed;
  const chunk = /^dist\/cli\/chunks\/\w+-\w+\.mjs$/;
  const others = files.filter(({ path }) => !chunk.test(path));
  // The engine of patterns is a chunk, as every start of the command would compile it.
  const main = files.find(({ path }) => path === "dist/cli/main.mjs");
  expect(main?.size).toBeLessThan(450_000);
  expect(others.map(({ path }) => path).sort()).toEqual([
    "LICENSE",
    "README.md",
    "dist/cli/NOTICES.txt",
    ...["main", "persist", "pg", "stitchstream"].map(name => `dist/cli/${name}.mjs`),
    ...["chargebee", "drift", "github"].map(name => `dist/streamers/${name}.mjs`),
    "package.json",
  ]);

  const place = join(dir, "elsewhere");
  await mkdir(place);
  const offline = ["--offline", "--cache", join(dir, "cache"), "--no-audit", "--no-fund"];
  await run("npm", ["install", ...offline, join(dir, filename)], { cwd: place });
  const notices = await readFile(join(place, "node_modules/stitchstream/dist/cli/NOTICES.txt"), "utf8");
  const named = [...notices.matchAll(/^(\S+) \d\S* \(\S+\)\n\n.*(?:license|copyright)/gim)].map(
    ([, name]) => name,
  );
  expect(named).toEqual(expect.arrayContaining(["pg", "re2js", "zod"]));
  // `persist` under its name of 2016, too.
  const firstLines = {
    persist: "persist sends a streamer's output to a Persister endpoint",
    "persist-stitch": "persist sends a streamer's output to a Persister endpoint",
    stitchstream: "a Persister endpoint on this machine",
    "streamer-github": "Streams a GitHub repository's",
    "streamer-chargebee": "Streams ",
    "streamer-drift": "Streams ",
  };
  expect(Object.keys(firstLines)).toEqual(Object.keys(manifest.bin));
  for (const [name, line] of Object.entries(firstLines)) {
    const { stdout: help } = await run(join(place, "node_modules/.bin", name), ["--help"], { cwd: place });
    expect(help).toContain(line);
  }
  const { config, version } = manifest;
  await expect(run("npx", ["--offline", "stitchstream", "up"], { cwd: place })).rejects.toMatchObject({
    code: 1,
    stderr: `stitchstream up needs ${config.local}. Install it: npm install ${config.local}@${version}\n`,
  });
});

it("package.json can be published: it has no dependencies, and nothing makes it private", () => {
  expect(Object.keys(manifest)).toEqual(
    expect.arrayContaining(["name", "version", "engines", "bin", "license"]),
  );
  expect(Object.keys(manifest)).not.toContain("private");
  expect(Object.keys(manifest)).not.toContain("dependencies");
});
