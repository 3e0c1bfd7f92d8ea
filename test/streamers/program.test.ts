import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { persisted, running } from "../cli/program.ts";
import { getBookmark, type LocalStack, rows, startTestStack, token } from "../endpoint/local-stack.ts";
import {
  commit,
  type Held,
  issue,
  repository,
  token as secret,
  star,
  startGithub,
} from "./github-stand-in.ts";
import type { StandIn } from "./stand-in.ts";

const held: Held = { commits: [commit(1)], issues: [issue(1)], pulls: [], releases: [], stars: [star(1)] };
let standIn: StandIn;
let stack: LocalStack;
let dir: string;
beforeAll(async () => {
  [standIn, stack] = await Promise.all([startGithub(held), startTestStack()]);
  dir = await mkdtemp(join(tmpdir(), "persister-streamer-"));
});
afterAll(async () => {
  await Promise.all([standIn.close(), stack.close()]);
  await rm(dir, { recursive: true, force: true });
});

const settings = () => ({
  GITHUB_ACCESS_TOKEN: secret,
  GITHUB_REPO_PATH: repository,
  GITHUB_API_URL: standIn.url,
});
const github = (args: readonly string[] = [], env: NodeJS.ProcessEnv = settings()) =>
  running("streamers/github.ts", args, env).ended;

it("prints a stitchstream on stdout, its progress on stderr, and reads a bookmark file", async () => {
  const first = await github();
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(
    /^stitchstream\/0.1\nContent-Type: jsonline\n--\n\{"type":"SCHEMA","stream":"commits"/,
  );
  expect(first.stderr).toContain("github: commits: 1 records\n");
  const { value } = JSON.parse(first.stdout.trim().split("\n").at(-1)!) as { value: unknown };
  const file = join(dir, "bookmark");
  await writeFile(file, `${JSON.stringify(value)}\n`);
  const second = await github([file]);
  expect(second.stdout.match(/"RECORD","stream":"\w+"/g)).toEqual(['"RECORD","stream":"issues"']);
});

it("resumes with `persist` in each format where the other format ended", async () => {
  for (const format of ["transit", "singer", "jsonline"]) {
    const file = join(dir, "current");
    const current = await getBookmark(stack, "piped");
    if (current.status === 200) await writeFile(file, await current.text());
    const { stdout } = await github(["--format", format, ...(current.status === 200 ? [file] : [])]);
    const args = ["--endpoint", stack.url, "--streamer", "piped"];
    expect((await persisted(args, stdout, { PERSIST_TOKEN: token })).code).toBe(0);
  }
  expect((await rows(stack, "select count(*) from commits")).rows).toEqual([["1"]]);
});

it("with wrong arguments it exits with 2 and says what to do", async () => {
  const wrongly = async (args: readonly string[], env?: NodeJS.ProcessEnv) => {
    const { code, stdout, stderr } = await github(args, env);
    expect([code, stdout]).toEqual([2, ""]);
    return stderr;
  };
  const file = join(dir, "other");
  await writeFile(file, '"2026-01-01"');
  const [unset, format, more, bookmarks, none] = await Promise.all([
    wrongly([], { GITHUB_ACCESS_TOKEN: "" }),
    wrongly(["--format", "csv"]),
    wrongly(["a", "b"]),
    wrongly([file]),
    wrongly([join(dir, "none")]),
  ]);
  expect(unset).toBe("github: GITHUB_ACCESS_TOKEN is not set\ngithub: GITHUB_REPO_PATH is not set\n");
  expect(format).toContain("--format must be one of jsonline, transit, singer, not csv");
  expect(more).toContain("at most one argument");
  expect(bookmarks).toContain("does not hold a bookmark of this streamer");
  expect(none).toContain("no such file");
});

it.each(["", "\n"])("with an emptied bookmark file (%j) it exits with 2 and reads nothing", async text => {
  const file = join(dir, "bookmark");
  await writeFile(file, text);
  const before = standIn.asked.length;
  const { code, stdout, stderr } = await github([file]);
  expect([code, stdout, standIn.asked.length]).toEqual([2, "", before]);
  expect(stderr).toBe(
    `github: ${file}: bookmark is empty: delete it to start from the beginning, or use persist ` +
      "--bookmark FILE\n",
  );
});

it("with a refused source it prints all others, names it last, and exits with 1", async () => {
  const issues = (status: number, message: string) =>
    standIn.answerOnce(/\/issues/, { status, body: { message } });
  issues(404, "Not Found");
  const refused = await github();
  expect(refused.code).toBe(1);
  expect(refused.stderr.trim().split("\n").slice(-2)).toEqual([
    `github: issues was not read: ${standIn.url}/repos/${repository}/issues answered 404: Not Found`,
    expect.stringContaining("GITHUB_REPO_PATH"),
  ]);
  issues(410, "Issues are disabled for this repo");
  const empty = await github();
  expect(empty.code).toBe(0);
  expect(empty.stderr).toContain("answered 410: Issues are disabled for this repo\n");
  for (const { stdout } of [refused, empty]) {
    expect(stdout.match(/"RECORD","stream":"\w+"/g)).toHaveLength(2);
    expect(stdout.trim().split("\n").at(-1)).toMatch(/^\{"type":"BOOKMARK",.*"stargazers"/);
  }
});

it("exits with 1 if it fails, and prints no secret", async () => {
  const { code, stderr } = await github([], { ...settings(), GITHUB_ACCESS_TOKEN: "ghp_dead" });
  expect(code).toBe(1);
  expect(stderr).toMatch(/401|Bad credentials/);
  expect(stderr).not.toContain("ghp_dead");
});

it("exits with 1 if something else answers at the vendor's address, and says so once", async () => {
  standIn.answerOnce(/commits/, { body: "<html>login</html>" });
  const { code, stdout, stderr } = await github();
  expect([code, stdout.includes("BOOKMARK")]).toEqual([1, false]);
  const url = `${standIn.url}/repos/${repository}/commits`;
  expect(stderr).toBe(`github: ${url} answered 200 with what is not a page of GitHub's API
github: Check GITHUB_API_URL and that no proxy or login page is in between\n`);
});

it("--help names what it needs", async () => {
  const { code, stdout } = await github(["--help"], {});
  expect(code).toBe(0);
  for (const name of Object.keys(settings())) expect(stdout).toContain(name);
});

it("ends when its reader stops", async () => {
  const { child, ended } = running("streamers/github.ts", [], settings());
  child.stdout.destroy();
  expect((await ended).code).not.toBe(0);
});
