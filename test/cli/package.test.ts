import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;
const parts = ["cli", "functions", "infra", "streamers", "package.json", "README.md", "LICENSE"];
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-pack-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it("the tarball of `npm pack` contains only the command, and installs and runs on its own", async () => {
  // In a copy: packing writes bundles and the manifest, which other tests read.
  const checkout = join(dir, "checkout");
  for (const part of parts) await cp(join(root, part), join(checkout, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
  const { stdout } = await run("npm", ["pack", "--json", "--silent", "--pack-destination", dir], {
    cwd: checkout,
  });
  const packed = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
    { filename: string; files: { path: string }[] },
  ];
  const [{ filename, files }] = packed;
  expect(files.map(({ path }) => path).sort()).toEqual([
    "LICENSE",
    "README.md",
    "dist/cli/persist.mjs",
    "dist/cli/pg.mjs",
    "package.json",
  ]);
  const manifests = [root, checkout].map(place => readFile(join(place, "package.json"), "utf8"));
  expect(await manifests[1]).toBe(await manifests[0]);

  const place = join(dir, "elsewhere");
  await mkdir(place);
  const offline = ["--offline", "--cache", join(dir, "cache"), "--no-audit", "--no-fund"];
  await run("npm", ["install", ...offline, join(dir, filename)], { cwd: place });
  // Under its name of 2016, too.
  for (const name of ["persist", "persist-stitch"]) {
    const { stdout: help } = await run("npx", ["--offline", name, "--help"], { cwd: place });
    expect(help).toContain("streamer | persist");
  }
});
