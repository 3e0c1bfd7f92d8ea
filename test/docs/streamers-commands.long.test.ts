import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LocalStack, rows, startTestStack, token } from "../endpoint/local-stack.ts";
import * as ofDrift from "../streamers/drift-stand-in.ts";
import * as ofGithub from "../streamers/github-stand-in.ts";
import type { StandIn } from "../streamers/stand-in.ts";

/**
 * Runs the commands of docs/streamers.md in a checkout, with stand-ins for the vendors and credentials
 * instead of `…`.
 */
const root = new URL("../../", import.meta.url).pathname;
const page = await readFile(join(root, "docs/streamers.md"), "utf8");
const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text!);
const values: Readonly<Record<string, string>> = { GITHUB_ACCESS_TOKEN: ofGithub.token, ...ofDrift.app };

let checkout: string;
let stack: LocalStack;
let github: StandIn;
let drift: StandIn;
beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), "persister-checkout-"));
  // Not a link: its main module is known by its path.
  await cp(join(root, "infra"), join(checkout, "infra"), { recursive: true });
  for (const name of ["node_modules", "functions", "streamers", "cli", "package.json", "tsconfig.json"])
    await symlink(join(root, name), join(checkout, name));
  [stack, github, drift] = await Promise.all([
    startTestStack(),
    ofGithub.startGithub({
      commits: [ofGithub.commit(1)],
      issues: [],
      pulls: [],
      releases: [],
      stars: [ofGithub.star(1)],
    }),
    ofDrift.startDrift({
      conversations: [],
      messages: new Map(),
      contacts: new Map(),
      accounts: [],
      tokens: new Set(),
    }),
  ]);
});
afterAll(async () => {
  await Promise.all([stack.close(), github.close(), drift.close()]);
  await rm(checkout, { recursive: true, force: true });
});

async function bash(script: string): Promise<{ code: number | null; output: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: checkout,
    URL: stack.url,
    PERSIST_TOKEN: token,
    GITHUB_API_URL: github.url,
    DRIFT_API_URL: drift.url,
  };
  const child = spawn("bash", ["-eo", "pipefail", "-c", script], { cwd: checkout, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", text => {
      output += String(text);
    });
  return new Promise(resolve => child.once("close", code => resolve({ code, output })));
}

it("each command does what the page says", async () => {
  const script = blocks
    .join("")
    .replaceAll(/(\w+)=…/g, (_, name: string) => `${name}=${values[name]}`)
    .replaceAll("octocat/hello-world", ofGithub.repository);
  expect(script).not.toContain("…");
  const { code, output } = await bash(script);
  expect([code, output]).toEqual([0, expect.stringContaining("drift: users: 2 records")]);
  const read = (name: string) => readFile(join(checkout, name), "utf8");
  expect(await read("github.stitchstream")).toMatch(/^stitchstream\/0.1\nContent-Type: jsonline\n/);
  expect(JSON.parse(await read("bookmark"))).toHaveProperty("commits");
  const [header, ...lines] = (await read("new.stitchstream")).split("\n--\n");
  expect(header).toContain("transit");
  expect(lines.join()).not.toContain('"RECORD"');
  expect(
    (await rows(stack, "select (select count(*) from commits), (select count(*) from users)")).rows,
  ).toEqual([["1", "2"]]);
  if (process.platform !== "win32")
    expect((await stat(join(checkout, ".drift-credentials.json"))).mode & 0o777).toBe(0o600);
});

it("no command is skipped", () => {
  expect(blocks).toHaveLength(3);
  expect([...page.matchAll(/^\s*(```|~~~)/gm)]).toHaveLength(2 * blocks.length);
});
