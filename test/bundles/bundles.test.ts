import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-bundles-"));
  for (const name of ["one", "two"]) {
    const args = ["--import", "tsx", "infra/bundle.ts", join(dir, name)];
    await promisify(execFile)(process.execPath, args, { cwd: root });
  }
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const read = (name: string, file: string) => readFile(join(dir, name, file));

it("are byte-identical for equal input, with their maps", async () => {
  const files = (await readdir(join(dir, "one"), { recursive: true })).filter(file => file.includes(".mjs"));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files)
    expect((await read("one", file)).equals(await read("two", file)), file).toBe(true);
});

it("are one for each function, with its map, each below 1,050 kB", async () => {
  const files = await readdir(join(dir, "one"));
  expect(files).toContain("pg.mjs");
  const bundles = files.filter(file => file.endsWith(".mjs") && file !== "pg.mjs");
  expect(bundles.sort()).toEqual(
    ["ingest", "bookmark", "change", "overview", "tokens", "watch", "schedule"]
      .map(name => `${name}.mjs`)
      .sort(),
  );
  for (const file of bundles) {
    const text = (await read("one", file)).toString();
    expect(Buffer.byteLength(text)).toBeLessThan(1_050_000);
    expect(text).toMatch(new RegExp(`//# sourceMappingURL=${file}\\.map\\s*$`));
    const { sources } = JSON.parse((await read("one", `${file}.map`)).toString()) as { sources: string[] };
    expect(sources.some(source => source.endsWith(`functions/${file.replace(".mjs", ".ts")}`))).toBe(true);
  }
});
