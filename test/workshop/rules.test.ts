import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
const run = promisify(execFile);
const tracked = (await run("git", ["ls-files", "*.ts"], { cwd: root })).stdout.trim().split("\n");
const files = tracked.map(path => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** What no file may hold, but for those that `except` names. */
const banned: { name: string; pattern: RegExp; in: RegExp; except?: RegExp }[] = [
  {
    name: "process.env outside the config",
    pattern: /process\.env/,
    in: /^functions\//,
    except: /^functions\/config\.ts$/,
  },
  { name: "zod imported whole", pattern: /import \{ z \} from "zod"/, in: /./ },
  { name: "types switched off", pattern: /@ts-(ignore|nocheck|expect-error)|: any\b|\bas any\b/, in: /./ },
  { name: "tests left out", pattern: /\b(it|test|describe)\.(only|skip|todo)\(/, in: /^test\// },
  { name: "work left undone", pattern: /\b(TODO|FIXME|XXX)\b/, in: /./ },
  {
    name: "the clock in the core",
    pattern: /Date\.now|setTimeout|process\./,
    in: /^functions\/(persister|stitchstream)\//,
  },
];

describe("the workshop's rules", () => {
  it.each(banned)("$name: nowhere", ({ pattern, in: where, except }) => {
    const found = files.filter(
      ({ path, text }) => where.test(path) && !except?.test(path) && pattern.test(text),
    );
    expect(found.map(({ path }) => path).filter(path => path !== "test/workshop/rules.test.ts")).toEqual([]);
  });

  it("no file or folder is named for nothing", () => {
    expect(
      tracked.filter(path => /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\/|\.ts$)/.test(path)),
    ).toEqual([]);
  });

  it("no source file is longer than 250 lines", () => {
    const long = files.filter(
      ({ path, text }) => /^(functions|infra)\//.test(path) && text.split("\n").length > 251,
    );
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("README's commands exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const pages = ["README.md", "CONTRIBUTING.md", "docs/operations.md"].map(page =>
      readFileSync(join(root, page), "utf8"),
    );
    const named = pages.flatMap(page =>
      [...page.matchAll(/npm (?:run )?(start|test|(?<=run )[a-z:]+)/g)].map(([, name]) => name!),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(name => scripts[name] === undefined)).toEqual([]);
  });
});

describe("the layers", () => {
  const cruise = () => run("npm", ["run", "--silent", "layers"], { cwd: root });

  it("import as CONTRIBUTING.md says, and a file that does not is found", async () => {
    const { stdout } = await cruise();
    // Without TypeScript 6's API it cruises nothing, and finds nothing wrong in it.
    expect(Number(/\((\d+) modules/.exec(stdout)?.[1])).toBeGreaterThan(50);
    const seeded = join(root, "functions/persister/seeded-fault.ts");
    await writeFile(seeded, 'export { wire } from "../wire.ts";\n');
    try {
      await expect(cruise()).rejects.toMatchObject({
        stdout: expect.stringContaining("the core knows the format and itself"),
      });
    } finally {
      await rm(seeded);
    }
  });
});
