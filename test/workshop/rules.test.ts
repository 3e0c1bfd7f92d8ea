import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { paths, root, textFiles } from "./tree.ts";

const self = "test/workshop/rules.test.ts";

const files = textFiles(/\.ts$/).filter(({ path }) => path !== self);

interface Ban {
  readonly name: string;
  readonly pattern: RegExp;
  readonly in: RegExp;
  readonly except?: RegExp;
  /** Examples that it must find. */
  readonly seeds: readonly string[];
}

/** No file may contain these, except those that `except` names. */
const banned: readonly Ban[] = [
  {
    name: "the environment outside the config",
    pattern: /process\.env|"(node:)?process"/,
    in: /^functions\//,
    except: /^functions\/config\.ts$/,
    seeds: ["process.env.TABLE_NAME", 'import { env } from "node:process";'],
  },
  {
    name: "zod imported whole",
    pattern: /import (type )?(z\b|\{[^}]*\bz\b[^}]*\}).* from "zod"/,
    in: /./,
    seeds: ['import { z } from "zod";', 'import { type ZodError, z } from "zod";', 'import z from "zod";'],
  },
  {
    name: "types switched off",
    pattern: /@ts-(ignore|nocheck|expect-error)|[:<] ?any\b|\bas any\b/,
    in: /./,
    seeds: ["// @ts-ignore", "(event: any) =>", "event as any", "Promise<any>"],
  },
  {
    name: "skipped tests",
    pattern: /\b(it|test|describe)(\.\w+)*\.(only|skip|todo)\b/,
    in: /^test\//,
    seeds: ["it.only(", "describe.skip(", 'it.todo("', "it.concurrent.only("],
  },
  {
    name: "tests that measure wall-clock time, which only the bench does",
    pattern: /performance\.now|hrtime|expect\([^;]*Date\.now\(\) - /,
    in: /\.(test|contract)\.ts$/,
    seeds: ["const began = performance.now();", "process.hrtime()", "expect(Date.now() - began).toBe("],
  },
  {
    name: "time-outs in tests: vitest's own is only for hangs",
    pattern: /^ *\}, [\d_]+\);$|^ {4}[\d_]+_000,$|\b(it|test|describe|beforeAll)\b.*\{ timeout\b/m,
    in: /\.(test|contract)\.ts$/,
    seeds: ["}, 60_000);", "    120_000,", 'it("works", { timeout }, async () => {'],
  },
  {
    name: "unfinished work",
    pattern: /\b(TODO|FIXME|XXX)\b/,
    in: /./,
    seeds: ["// TODO later"],
  },
  {
    name: "the clock and the process in the core and in a scheduled run",
    pattern: /Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|process\.\w/,
    in: /^functions\/(persister\/|stitchstream\/|program\/run\.ts)/,
    seeds: ["Date.now()", "new Date()", "setTimeout(", "process.hrtime()"],
  },
  {
    name: "caches that belong to a module: whoever needs one makes and owns it",
    pattern: /^(export )?(let |const (?!\w+: R)[^=]+= new ((Weak)?(Map|Set)[^(]*\(\)|.*(Agent|Compiler)\())/m,
    in: /^(functions|cli|streamers)\//,
    seeds: [
      "let last: string | undefined;",
      "const nodes = new Map<string, SchemaNode>();",
      "export const translated: Cache = new WeakMap();",
      "const schemas = new SchemaCompiler(dialect);",
      "const agent = new http.Agent({ keepAlive: true });",
    ],
  },
];

const meaningless = /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\/|\.\w+$|$)/;

describe("the code has", () => {
  it.each(banned)("no $name", ({ pattern, in: where, except, seeds }) => {
    const found = files.filter(
      ({ path, text }) => where.test(path) && !except?.test(path) && pattern.test(text),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
    expect(seeds.filter(seed => !pattern.test(seed))).toEqual([]);
  });

  it("no file or folder with a meaningless name", () => {
    expect(paths.filter(path => meaningless.test(path))).toEqual([]);
    const seeds = ["functions/utils.ts", "functions/lib/seed.ts", "test/helpers"];
    expect(seeds.filter(path => !meaningless.test(path))).toEqual([]);
  });

  it("no source file longer than 250 lines", () => {
    const sources = files.filter(({ path }) => /^(functions|infra)\//.test(path));
    expect(sources.length).toBeGreaterThan(50);
    const long = sources.filter(({ text }) => text.split("\n").length > 251);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("at most 16 files directly in the core", () => {
    const core = paths.filter(path => /^functions\/persister\/[^/]+\.ts$/.test(path));
    expect(core.length).toBeGreaterThan(10);
    expect(core.length).toBeLessThanOrEqual(16);
  });

  it("the way of a delivery in at most 150 lines", () => {
    const way = files.find(({ path }) => path === "functions/persister/persist.ts")!;
    expect(way.text.split("\n").length).toBeLessThanOrEqual(151);
  });

  it("no line longer than 110 columns, in code, comments and strings", () => {
    const widest = (text: string) => Math.max(...text.split("\n").map(line => line.length));
    const wide = textFiles(/\.ts$/).filter(({ text }) => widest(text) > 110);
    expect(wide.map(({ path }) => path)).toEqual([]);
    const seeds = [`const a = "${"x".repeat(100)}";`, `// ${"x".repeat(108)}`];
    expect(seeds.map(seed => widest(`${seed}\n`))).toEqual([113, 111]);
  });

  it("every command that documents name", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const pages = ["README.md", "CONTRIBUTING.md", "docs/operations.md"].map(page =>
      readFileSync(join(root, page), "utf8"),
    );
    const named = pages.flatMap(page =>
      [...page.matchAll(/npm (?:run )?(start|test|(?<=run )[a-z][a-z:-]+)/g)].map(([, name]) => name!),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(name => scripts[name] === undefined)).toEqual([]);
  });
});
