import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url).pathname;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-pack-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it("the tarball of `npm pack` holds the command and no more, and it runs", async () => {
  // The bundles are there: packing them anew would take them from other tests.
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", dir], {
    cwd: root,
  });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  expect(files.map(({ path }) => path).sort()).toEqual([
    "LICENSE",
    "README.md",
    "dist/cli/persist.mjs",
    "package.json",
  ]);
  await run("tar", ["xf", join(dir, filename), "-C", dir]);
  const command = join(dir, "package/dist/cli/persist.mjs");
  expect((await run(command, ["--help"])).stdout).toContain("streamer | persist");
});
