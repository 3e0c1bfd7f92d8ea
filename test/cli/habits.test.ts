import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { gunzipIfZipped } from "../../cli/gunzip.ts";
import { assertNotSingerTap } from "../../cli/singer-tap.ts";
import manifest from "../../package.json" with { type: "json" };
import {
  bookmark,
  getBookmark,
  jsonline,
  post,
  startTestStack,
  token,
  useStack,
} from "../endpoint/local-stack.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { casesOf } from "../runs.ts";
import { persisted } from "./program.ts";

/** Command lines as people type them, and pipes as people build them. */
const stack = useStack();
const streamer = new URL("streamer.mjs", import.meta.url).pathname;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-habits-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

const env = { PERSIST_TOKEN: token };
const to = (name: string) => ["--endpoint", stack().url, "--streamer", name];
const made = ["--", process.execPath, streamer];
const etagOf = async (name: string) => (await getBookmark(stack(), name)).headers.get("etag");

describe("a Singer tap after -- without --state", () => {
  it("is refused if there is a bookmark, since it would start from the beginning", async () => {
    await post(stack(), "tap", jsonline(bookmark(10)));
    const { code, stdout, stderr } = await persisted([...to("tap"), ...made], "", { ...env, N: "20" });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^started from 10\nThis looks like a Singer tap: pass --state.*Nothing is sent\.\n$/,
    );
    expect(await etagOf("tap")).toBe('"1"');
    expect(await persisted([...to("tap"), "--state", ...made], "", { ...env, N: "20" })).toMatchObject({
      code: 0,
    });
  });

  it("is terminated, though it is still printing", async () => {
    await post(stack(), "long-tap", jsonline(bookmark(10)));
    const script = `printf '{"type"'; exec sleep 600`;
    const { code, stderr } = await persisted([...to("long-tap"), "--", "sh", "-c", script], "", env);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/\nThis looks like a Singer tap/)]);
  });

  it("causes a warning if there is no bookmark yet", async () => {
    const { code, stderr } = await persisted([...to("first-tap"), ...made], "", { ...env, N: "20" });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/\nThis looks like a Singer tap: pass --state/),
    ]);
    const gzipped = ["--", "sh", "-c", `"${process.execPath}" "${streamer}" "$@" | gzip`, "sh"];
    const again = await persisted([...to("first-tap"), ...gzipped], "", { ...env, N: "30" });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("\nThis looks like a Singer")]);
  });

  it("is accepted if it prints a header, or gets no bookmark at all", async () => {
    await post(stack(), "headed", jsonline(bookmark(1)));
    const script = ["--", "printf", "stitchstream/0.1\\nContent-Type: jsonline\\n--\\n"];
    expect(await persisted([...to("headed"), ...script], "", env)).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining("Singer"),
    });
    const given = { IMPORT_API_URL: stack().importApiUrl, N: "20" };
    expect(await persisted(["-C", "4242", "-T", "sandbox-token", ...made], "", given)).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining("Singer"),
    });
  });

  it("is refused with -C, too, if --bookmark FILE holds one", async () => {
    const file = join(dir, "tap-bookmark");
    await writeFile(file, "10");
    const given = { IMPORT_API_URL: stack().importApiUrl, N: "20" };
    const args = ["-C", "4242", "-T", "sandbox-token", "--bookmark", file];
    expect(await persisted([...args, ...made], "", given)).toMatchObject({ code: 2, stdout: "" });
    expect(await persisted([...args, "--state", ...made], "", given)).toMatchObject({
      code: 0,
      stdout: "20\n",
    });
  });
});

describe("a wrong command line:", () => {
  const keeps = "--state takes no file here: the endpoint keeps the state.\n";
  const account = ["-C", "1", "-T", "t"];
  it.each(
    casesOf<[name: string, args: string[], words: string]>(
      [
        ["a target's --state FILE", ["--state", "state.json"], keeps],
        ["a target's --state=FILE", ["--state=state.json"], keeps],
        ["--state FILE before --", ["--state", "state.json", "--", "tap"], keeps],
        [
          "--state FILE with -C",
          [...account, "--state", "s.json"],
          "--state takes no file here: give it as --bookmark FILE.\n",
        ],
        ["--state without a command", ["--state"], "-- command"],
        ["--state and --bookmark-arg", ["--state", "--bookmark-arg=-b", "--", "tap"], "not both"],
        ["--if-bookmark with -C", [...account, "--if-bookmark", "bm"], "--bookmark FILE"],
        ["--bookmark and --if-bookmark", ["--bookmark", "bm", "--if-bookmark", "bm"], "give one of them"],
        [
          "an endpoint and an account",
          [...account, "--endpoint", "http://127.0.0.1:1"],
          "Use one of --endpoint",
        ],
        ["an access token without an account", ["--token", "t"], "PERSIST_TOKEN"],
      ],
      4,
    ),
  )("%s", async (_, args, words) => {
    const { code, stderr } = await persisted(args, "", env);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  });
});

it("a fault has the same words with -C, check and --endpoint", async () => {
  const text = [
    '{"type":"SCHEMA","stream":"t \\"1\\"","schema":{"properties":{"id":{"type":"integer"}}}}',
    '{"type":"RECORD","stream":"t \\"1\\"","record":{"id":1}}',
    '{"type":"RECORD","stream":"t \\"1\\"","record":{"id":"x"}}',
    '{"type":"RECORD"}',
  ].join("\n");
  const file = join(dir, "faulty");
  await writeFile(file, text);
  const linesOf = async (args: string[], stdin: string) =>
    (await persisted(args, stdin, env)).stderr.split("\n").filter(line => /\b[34]\b/.test(line));
  const checked = (await linesOf(["check", file], "")).map(line => line.replace(`${file}:`, ""));
  expect(checked).toEqual([
    expect.stringMatching(/^3: stream "t \\"1\\"", field "id": by the stream's schema, /),
    expect.stringMatching(/^4: a RECORD /),
  ]);
  const worded = checked.map(line =>
    line.replace(/^(\d): (?=stream)/, "  line $1, ").replace(/^(\d): /, "  line $1: "),
  );
  expect((await linesOf(["-C", "1", "-T", "t"], text)).slice(-2)).toEqual(worded);
  expect((await linesOf(to("faulty"), text)).slice(-2)).toEqual(worded);
});

describe("in chunks of one byte", () => {
  async function* bytes(text: string | Uint8Array) {
    for (const byte of Buffer.from(text)) yield Uint8Array.of(byte);
  }
  const textOf = async (chunks: AsyncIterable<Uint8Array>) =>
    (await buffer(Readable.from(chunks))).toString();

  it.each([
    ["gzip", gzipSync("some text"), "some text"],
    ["text", "some text", "some text"],
    ["the first byte of a gzip", gzipSync("").subarray(0, 1), "\u001f"],
    ["nothing", "", ""],
  ])("%s is read correctly", async (_, given, text) => {
    expect(await textOf(gunzipIfZipped(bytes(given), "it"))).toBe(text);
  });

  it.each([
    ["a tap", "{", true],
    ["a tap after a byte-order mark and white space", "\ufeff\r\n \t{", true],
    ["a header", "\ufeffstitchstream/0.1\n{", false],
    ["nothing but white space", " \n", false],
    ["nothing", "", false],
  ])("%s is recognized", async (_, text, isTap) => {
    const warned: string[] = [];
    const warn = (message: string) => void warned.push(message);
    expect(await textOf(assertNotSingerTap(bytes(text), { hasBookmark: false, warn }))).toBe(text);
    expect(warned).toHaveLength(isTap ? 1 : 0);
    const refused = textOf(assertNotSingerTap(bytes(text), { hasBookmark: true, warn }));
    if (isTap) await expect(refused).rejects.toMatchObject({ exitCode: 2 });
    else expect(await refused).toBe(text);
  });
});

describe("a Singer tap's STATE of {}", () => {
  const empty = '{"type":"STATE","value":{}}\n';
  const state = '{"type":"STATE","value":{"at":1}}\n';
  const account = ["-C", "4242", "-T", "sandbox-token"];

  it("does not replace a bookmark: the stored one is printed again", async () => {
    expect(await persisted(to("lost-state"), state, env)).toMatchObject({ code: 0, stdout: '{"at":1}\n' });
    expect(await persisted(to("lost-state"), empty, env)).toMatchObject({ code: 0, stdout: '{"at":1}\n' });
    expect(await persisted(to("lost-state"), state + empty, env)).toMatchObject({ stdout: '{"at":1}\n' });
    // A missing file means that there is no bookmark yet; an endpoint's file holds the endpoint's bookmark.
    const file = join(dir, "first-state");
    const args = [...to("first-state"), "--bookmark", file];
    expect(await persisted(args, empty, env)).toMatchObject({ code: 0, stdout: "{}\n" });
    expect(await persisted(args, state, env)).toMatchObject({ code: 0, stdout: '{"at":1}\n' });
  });

  it("is not printed with -C, unless a file has the bookmark", async () => {
    const given = { IMPORT_API_URL: stack().importApiUrl };
    expect(await persisted(account, empty, given)).toMatchObject({ code: 0, stdout: "" });
    const file = join(dir, "lost-state");
    await writeFile(file, '{"at":1}');
    const args = [...account, "--bookmark", file];
    expect(await persisted(args, empty, given)).toMatchObject({ code: 0, stdout: '{"at":1}\n' });
    expect(await readFile(file, "utf8")).toBe('{"at":1}');
  });
});

it("an empty stream on stdin warns that a pipe hides a failed streamer", async () => {
  expect((await persisted(to("empty"), "", env)).stderr).toContain("set -o pipefail");
  expect((await persisted([...to("empty"), "--", "true"], "", env)).stderr).not.toContain("pipefail");
});

it("--version prints the package's version", async () => {
  expect(await persisted(["--version"], "")).toMatchObject({
    code: 0,
    stdout: `persist ${manifest.version}\n`,
  });
});

it("1,200 tables, each with a schema and a STATE, are accepted", async () => {
  const api = await startScriptedServer([{ status: 201 }]);
  const own = await startTestStack({ IMPORT_API_URL: api.url });
  open.push(own, api);
  const text = Array.from({ length: 1_200 }, (_, n) => {
    const stream = `shop-table_${n}`;
    const schema = { type: "object", properties: { id: { type: "integer" } } };
    return [
      { type: "SCHEMA", stream, schema, key_properties: ["id"] },
      { type: "RECORD", stream, record: { id: n } },
      { type: "STATE", value: { bookmarks: { [stream]: { version: n } } } },
    ];
  });
  const lines = text.flat().map(line => `${JSON.stringify(line)}\n`);
  const { code, stdout, stderr } = await persisted(
    ["--endpoint", own.url, "--streamer", "shop"],
    lines.join(""),
    env,
  );
  expect(code, stderr).toBe(0);
  expect(stdout.trim().split("\n").at(-1)).toBe('{"bookmarks":{"shop-table_1199":{"version":1199}}}');
  expect(
    new Set(api.requests.map(({ body }) => /"table_name":"(.*?)"/.exec(body.toString())?.[1])).size,
  ).toBe(1_200);
});
