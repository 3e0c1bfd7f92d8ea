import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

it("are one for each function, with its chunks and maps, loading at most 850 kB at its start", async () => {
  const names = await readdir(join(dir, "one"));
  expect(names).toContain("pg.mjs");
  const bundles = names.filter(file => file.endsWith(".mjs") && file !== "pg.mjs");
  expect(bundles.sort()).toEqual(
    ["ingest", "bookmark", "change", "overview", "tokens", "watch", "schedule"]
      .map(name => `${name}.mjs`)
      .sort(),
  );
  for (const file of bundles) {
    const loaded = await loadedAtStart(file);
    const files = await Promise.all([...loaded].map(each => read("one", each)));
    expect(files.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(850_000);
    expect(files[0]!.includes(`//# sourceMappingURL=${file}.map`)).toBe(true);
    const sources = (await Promise.all([...loaded].map(sourcesOf))).flat();
    expect(sources.some(source => source.endsWith(`functions/${file.replace(".mjs", ".ts")}`))).toBe(true);
    // Both are large, and are loaded on first need.
    expect(sources.filter(source => /node_modules\/(re2js|@aws-sdk\/client-s3)\//.test(source))).toEqual([]);
  }
});

async function sourcesOf(file: string): Promise<string[]> {
  return (JSON.parse((await read("one", `${file}.map`)).toString()) as { sources: string[] }).sources;
}

/** The files that importing `file` loads: a static import is `from"…"` or `import"…"`. */
async function loadedAtStart(file: string): Promise<ReadonlySet<string>> {
  const loaded = new Set([file]);
  for (const each of loaded) {
    const text = (await read("one", each)).toString();
    for (const [, imported] of text.matchAll(/(?:from|import)"(\.[^"]+\.mjs)"/g))
      loaded.add(join(dirname(each), imported!));
  }
  return loaded;
}
