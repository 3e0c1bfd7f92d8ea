import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type LocalStack, startTestStack } from "../endpoint/local-stack.ts";

/** Runs docs/building-a-streamer.md word for word in an empty folder. */
const root = new URL("../../", import.meta.url).pathname;
const page = await readFile(join(root, "docs/building-a-streamer.md"), "utf8");

interface Block {
  readonly language: string;
  /** The file to which the block is written. */
  readonly file: string | undefined;
  readonly text: string;
}
const blocks: readonly Block[] = [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
  ([, language, file, text]) => ({ language: language!, file, text: text! }),
);
const commands = blocks.flatMap(({ language, file, text }, i) => {
  if (language !== "sh" || file !== undefined) return [];
  const next = blocks[i + 1];
  return [{ text, prints: next?.language === "text" ? next.text : "" }];
});
const missing = ["jq", "python3"].filter(name => spawnSync(name, ["--version"]).error !== undefined);

let dir: string;
let checkout: string;
let stack: LocalStack;
beforeAll(async () => {
  const parent = await mkdtemp(join(tmpdir(), "persister-guide-"));
  dir = join(parent, "empty");
  checkout = join(parent, "checkout");
  await Promise.all([mkdir(dir), mkdir(checkout)]);
  // A checkout to which a file can be added.
  await cp(join(root, "streamers"), join(checkout, "streamers"), { recursive: true });
  for (const name of ["node_modules", "dist", "functions", "infra", "package.json", "tsconfig.json"])
    await symlink(join(root, name), join(checkout, name));
  stack = await startTestStack({ PERSISTER_TOKEN: "local-token" });
});
afterAll(async () => {
  await stack.close();
  await rm(dirname(dir), { recursive: true, force: true });
});

const separator = "─── what follows was printed by the next block";

async function bash(script: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, PERSISTER: checkout, PERSIST_ENDPOINT: stack.url, DATA_DIR: stack.dataDir };
  const child = spawn("bash", ["-eo", "pipefail", "-c", script], { cwd: dir, env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", text => {
    stdout += String(text);
  });
  child.stderr.on("data", text => {
    stderr += String(text);
  });
  return new Promise(resolve => child.once("close", code => resolve({ code, stdout, stderr })));
}

describe("the guide to building a streamer", () => {
  it.skipIf(missing.length > 0)("prints what each block says", async () => {
    for (const { file, text } of blocks)
      if (file !== undefined) await writeFile(join(dir, file.replace("$PERSISTER", "../checkout")), text);
    const { code, stdout, stderr } = await bash(
      commands.map(({ text }) => text).join(`echo "${separator}"\n`),
    );
    expect([code, stderr.slice(-500)]).toEqual([0, expect.any(String)]);
    expect(stdout.split(`${separator}\n`)).toEqual(commands.map(({ prints }) => prints));
  });

  it("has an entry for serverless.yml that creates a scheduled streamer", async () => {
    const [block] = blocks.filter(({ language }) => language === "yaml");
    const properties: Record<string, unknown> = {
      "custom.streamers": parse(block!.text),
      "custom.parameters": { scheduled: ["orders"] },
      service: "persister",
    };
    const make = createRequire(import.meta.url)("../../infra/scheduled.cjs");
    const { functions, resources } = await make({
      resolveConfigurationProperty: async (path: string[]) => properties[path.join(".")],
      resolveVariable: async () => "dev",
    });
    expect(functions.runOrders.environment.COMMAND).toBe("python3 /opt/orders.py");
    expect(Object.keys(resources.Resources)).toContain("RunOrdersCredentials");
    expect(page).toContain("`run-orders-failed`");
  });

  it("runs every block, and its TypeScript has about thirty lines", () => {
    // Fences of any kind, also indented ones.
    expect([...page.matchAll(/^\s*(```|~~~)/gm)]).toHaveLength(2 * blocks.length);
    const run = commands.map(({ text }) => text).join("");
    const idle = blocks.filter(({ language, file }, i) => {
      if (file !== undefined) return !run.includes(file);
      if (language === "text") return blocks[i - 1]?.language !== "sh" || blocks[i - 1]?.file !== undefined;
      return language !== "sh" && language !== "yaml";
    });
    expect(idle).toEqual([]);
    expect(blocks.filter(({ language }) => language === "yaml")).toHaveLength(1);
    const [typeScript] = blocks.filter(({ language }) => language === "ts");
    expect(typeScript!.text.trim().split("\n").length).toBeLessThanOrEqual(30);
  });

  it("names files that exist", () => {
    const named = [...page.matchAll(/`((?:github|chargebee|drift)\/[\w-]+\.ts)`/g)].map(([, path]) => path!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(path => !existsSync(join(root, "streamers", path)))).toEqual([]);
  });
});
