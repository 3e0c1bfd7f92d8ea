import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoTokenStore } from "../../functions/aws/token-store.ts";
import { bundleOf } from "../cli/program.ts";
import { getBookmark, token, useStack } from "../endpoint/local-stack.ts";
import { tokenTableOf } from "../endpoint/stack-file.ts";

/** Runs the commands of docs/persist.md in order, in one folder. */
const page = await readFile(new URL("../../docs/persist.md", import.meta.url), "utf8");
const fences = [...page.matchAll(/^\s*(```|~~~)/gm)].length;
const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text!);
const tap = new URL("../cli/streamer.mjs", import.meta.url).pathname;
const stack = useStack();
let dir: string;

/**
 * A streamer of 2016: prints a header, and reads the bookmark file that is its last argument. An empty file
 * means no bookmark.
 */
const drift = `
const { readFileSync } = require("node:fs");
const [, file] = process.argv.slice(2);
const text = file === undefined ? "" : readFileSync(file, "utf8");
const from = text === "" ? 0 : JSON.parse(text).inboxes;
if (process.env.DIES) process.exit(1);
console.log("stitchstream/0.1\\nContent-Type: jsonline\\n--");
const record = { id: from + 1 };
console.log(JSON.stringify({ type: "RECORD", stream: "inboxes", key_fields: ["id"], record }));
console.log(JSON.stringify({ type: "BOOKMARK", value: { inboxes: from + 1 } }));
`;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-persist-page-"));
  const bin = join(dir, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "drift.cjs"), drift);
  const node = `exec "${process.execPath}"`;
  const programs = {
    persist: `${node} "${bundleOf("cli/persist.ts")}" "$@"`,
    "persist-stitch": `${node} "${bundleOf("cli/persist.ts")}" "$@"`,
    python: `${node} "${join(bin, "drift.cjs")}" "$@"`,
    // Its own flag takes a value, like a tap's.
    "tap-github": `shift 2; N=20 ${node} "${tap}" "$@"`,
  };
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  }
  await writeFile(
    join(dir, "drift.stitchstream"),
    '{"type":"RECORD","stream":"inboxes","record":{"id":1}}\n{"type":"BOOKMARK","value":1}\n',
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function bash(block: string) {
  const account = { STITCH_TOKEN: "sandbox-token", IMPORT_API_URL: stack().importApiUrl };
  const endpoint = { PERSIST_ENDPOINT: stack().url, PERSIST_TOKEN: token, URL: stack().url, TOKEN: token };
  const child = spawn("bash", ["-e", "-c", block], {
    cwd: dir,
    env: { PATH: `${join(dir, "bin")}:${process.env.PATH}`, ...endpoint, ...account },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", text => {
    stdout += String(text);
  });
  child.stderr.on("data", text => {
    stderr += String(text);
  });
  const code = await new Promise(resolve => child.once("close", resolve));
  expect(code, stderr).toBe(0);
  return stdout;
}

const bookmarkOf = async (name: string) => (await getBookmark(stack(), name)).text();
const textIn = (name: string) => readFile(join(dir, name), "utf8");

describe("the page of `persist`", () => {
  it("has commands that all do what it says", async () => {
    const [run, pipe, repaired, direct, others, ...more] = blocks as [string, string, string, string, string];
    expect([more, fences]).toEqual([[], 2 * blocks.length]);

    expect(await bash(run)).toBe('20\n{"inboxes":1}\n');
    expect(await bookmarkOf("github")).toBe("20");

    // The file doesn't exist yet, and the endpoint has a bookmark.
    await expect(bash(pipe)).rejects.toThrow("did not hold the endpoint's bookmark");
    expect(await bash(pipe)).toBe('{"inboxes":2}\n');
    expect(await textIn("bookmark")).toBe('{"inboxes":2}\n');

    await writeFile(join(dir, "bookmark"), "");
    await bash(repaired);
    expect(await textIn("bookmark")).toBe('{"inboxes":2}\n');

    expect(await bash(direct)).toBe('{"inboxes":3}\n20\n');
    expect([await textIn("bookmark"), await textIn("state.json")]).toEqual(['{"inboxes":3}\n', "20\n"]);

    const named = { id: "3f9a1c07de", streamer: "drift", scopes: ["read"], createdAt: Date.now() } as const;
    const given = { ...named, digest: "0".repeat(64), validUntil: undefined, usedOn: undefined };
    await dynamoTokenStore(await tokenTableOf(stack())).create(given, Date.now() + 60_000);
    const said = await bash(others);
    expect(said).toMatch(/\nThe token [0-9a-f]{10}, which is shown only once:\n\n {2}persister_/);
    expect(said).toMatch(/\n3f9a1c07de +drift +read /);
    expect(said).toContain("\nThe token 3f9a1c07de is revoked.\n");
    expect(said).toMatch(/^\{"inboxes":2\}\n/);
    expect(said).toContain('"bookmark":{"inboxes": 12}');
    expect(said).toContain('"bookmark":{"inboxes": 11}');
    expect(said).toMatch(/\nreceived +outcome +records .*\n.* committed +1 /);
    expect(said).toMatch(/\nAll \d+ streamers are up to date\./);
    expect(said).toMatch(/drift\.stitchstream: 1 record \(inboxes 1\), 1 bookmark\n$/);
    expect((await getBookmark(stack(), "drift")).status).toBe(404);
  });

  it.each([
    ["loses the bookmark with `| tail -1 >`, of which it warns", "persist -C 4242 | tail -1 > kept", 1, ""],
    ["keeps it with `--bookmark`", "persist -C 4242 --bookmark kept | tail -1", 6, '{"inboxes":6}\n'],
  ])("%s", async (_, rest, next, left) => {
    await writeFile(join(dir, "kept"), '{"inboxes":5}\n');
    const line = `python stream_drift.py $(ls kept) | ${rest}`;
    await bash(line);
    expect(await textIn("kept")).toBe(`{"inboxes":${next}}\n`);
    // Whether its streamer succeeds or not.
    await bash(`export DIES=1; ${line}`);
    expect(await textIn("kept")).toBe(left);
  });
});
