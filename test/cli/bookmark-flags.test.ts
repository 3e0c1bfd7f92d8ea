import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  bookmark,
  get,
  getBookmark,
  jsonline,
  post,
  record,
  rows,
  token,
  useStack,
} from "../endpoint/local-stack.ts";
import { casesOf } from "../runs.ts";
import { persist, persisted } from "./program.ts";

/** `--bookmark FILE` and `--if-bookmark FILE`, against the whole stack and directly against the sandbox. */
const stack = useStack();
const streamer = new URL("streamer.mjs", import.meta.url).pathname;
let dir: string;
let file: string;
let files = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-flags-"));
});
beforeEach(() => {
  file = join(dir, `bookmark${files++}`);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const env = { PERSIST_TOKEN: token };
const to = (name: string) => ["--endpoint", stack().url, "--streamer", name];
const body = (id: number) => jsonline(record("t", { id }, ["id"]), bookmark({ at: id }));
const textIn = (path: string) => readFile(path, "utf8");
const etagOf = async (name: string) => (await getBookmark(stack(), name)).headers.get("etag");

describe("--if-bookmark FILE", () => {
  it.each(
    casesOf<[name: string, text: string]>(
      [
        ["the endpoint's", '{"at":12345678901234567890}'],
        ["the endpoint's, in other words", ' {\n "at" : 12345678901234567890.0 }\n'],
      ],
      2,
    ),
  )("that is %s lets the stream through, and is never written", async (name, text) => {
    const own = `if-${name.length}`;
    await post(stack(), own, jsonline('{"type":"BOOKMARK","value":{"at": 12345678901234567890}}'));
    await writeFile(file, text);
    expect(await persisted([...to(own), "--if-bookmark", file], body(1), env)).toMatchObject({ code: 0 });
    expect(await textIn(file)).toBe(text);
  });

  it("that does not exist means that there is no bookmark", async () => {
    const args = [...to("if-none"), "--if-bookmark", file];
    expect(await persisted(args, body(1), env)).toMatchObject({ code: 0 });
    const again = await persisted(args, body(2), env);
    expect([again.code, again.stderr]).toEqual([
      5,
      expect.stringContaining("does not exist, and the endpoint has"),
    ]);
    expect(await readdir(dir)).not.toContain(file);
  });

  it.each(
    casesOf<[name: string, committed: string | undefined, text: string, words: string]>(
      [
        ["older", '{"at":2}', '{"at":1}', "is not the endpoint's bookmark"],
        [
          "different in the last digit",
          "12345678901234567891",
          "12345678901234567890",
          "is not the endpoint's bookmark",
        ],
        ["present, though the endpoint has none", undefined, "1", "the endpoint has none"],
      ],
      2,
    ),
  )("that is %s ends the run with 5, and nothing is sent", async (name, committed, text, words) => {
    const own = `not-${name.length}`;
    if (committed !== undefined)
      await post(stack(), own, jsonline(`{"type":"BOOKMARK","value":${committed}}`));
    const before = await etagOf(own);
    await writeFile(file, text);
    // The streamer continues: nobody waits for it.
    const { child, ended } = persist([...to(own), "--if-bookmark", file], env);
    child.stdin.write(body(1));
    const { code, stdout, stderr } = await ended;
    expect([code, stdout, stderr]).toEqual([5, "", expect.stringContaining(words)]);
    const command = await persisted([...to(own), "--if-bookmark", file, "--", "no-such-program"], "", env);
    expect([command.code, command.stderr]).toEqual([5, expect.stringContaining(words)]);
    expect(await etagOf(own)).toBe(before);
  });
});

it("a file replaced while the pipe starts ends the run with 5: the old one may have been read", async () => {
  await writeFile(file, '{"at":1}');
  await post(stack(), "raced", body(1));
  const soon = new Date(Date.now() + 60_000);
  await utimes(file, soon, soon);
  for (const flag of ["--bookmark", "--if-bookmark"])
    expect(await persisted([...to("raced"), flag, file], body(2), env)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("was replaced while this run began"),
    });
  // A command gets the file as it was read.
  const args = [
    ...to("raced"),
    "--bookmark",
    file,
    "--",
    "printf",
    "stitchstream/0.1\\nContent-Type: jsonline\\n--\\n",
  ];
  expect(await persisted(args, "", env)).toMatchObject({ code: 0 });
});

describe("--bookmark FILE", () => {
  it("holds the endpoint's bookmark after each run, and the next run starts from it", async () => {
    const args = [...to("kept"), "--bookmark", file];
    expect(await persisted(args, body(1), env)).toMatchObject({ code: 0, stdout: '{"at":1}\n' });
    expect(await textIn(file)).toBe('{"at":1}\n');
    await writeFile(file, '{ "at": 1 }');
    expect(await persisted(args, body(2), env)).toMatchObject({ code: 0, stdout: '{"at":2}\n' });
    expect(await textIn(file)).toBe('{"at":2}\n');
  });

  it("is the argument of the command after --", async () => {
    const args = [...to("kept-command"), "--bookmark", file, "--state", "--", process.execPath, streamer];
    for (const N of ["20", "40"]) {
      expect(await persisted(args, "", { ...env, N })).toMatchObject({ code: 0, stdout: `${N}\n` });
      expect(await textIn(file)).toBe(`${N}\n`);
    }
    // 21 to 40 in the second run.
    const seen = await (await get(stack(), "/v1/streamers/kept-command")).json();
    expect(seen).toMatchObject({ revision: 2, records: 40 });
  });

  it.each([
    ["older, as a killed run leaves it", '{"at":1}'],
    ["not there", undefined],
  ])(
    "that is %s ends the run with 5, but then holds the endpoint's: the next run continues",
    async (name, text) => {
      const own = `behind-${name.length}`;
      await post(stack(), own, body(1));
      await post(stack(), own, body(2));
      if (text !== undefined) await writeFile(file, text);
      const args = [...to(own), "--bookmark", file];
      const { code, stdout, stderr } = await persisted(args, body(9), env);
      expect([code, stdout, stderr]).toEqual([
        5,
        "",
        expect.stringContaining("It does now: run this again."),
      ]);
      expect(await textIn(file)).toBe('{"at":2}\n');
      expect(await etagOf(own)).toBe('"2"');
      expect(await persisted(args, body(3), env)).toMatchObject({ code: 0, stdout: '{"at":3}\n' });
    },
  );

  it("with a bookmark that the endpoint never had is not touched", async () => {
    await post(stack(), "foreign", body(1));
    await writeFile(file, '{"config":"of something else"}');
    const { code, stderr } = await persisted([...to("foreign"), "--bookmark", file], body(9), env);
    expect([code, stderr]).toEqual([5, expect.stringContaining("persist bookmark get")]);
    expect(await textIn(file)).toBe('{"config":"of something else"}');
    expect(await etagOf("foreign")).toBe('"1"');
  });

  it("used with a new endpoint sets the endpoint's bookmark first", async () => {
    await writeFile(file, '["^ ","at","~i9007199254740993"]');
    const args = [...to("moved-in"), "--bookmark", file];
    const { code, stderr } = await persisted(args, body(9), env);
    expect([code, stderr]).toEqual([5, expect.stringContaining(`persist bookmark set "$(cat ${file})"`)]);
    const set = ["bookmark", "set", await textIn(file), ...to("moved-in")];
    expect(await persisted(set, "", env)).toMatchObject({ code: 0 });
    expect(await persisted(args, body(9), env)).toMatchObject({ code: 0, stdout: '{"at":9}\n' });
  });

  it("holds the bookmark committed before a later part of the stream is refused", async () => {
    const { code } = await persisted(
      [...to("refused"), "--bookmark", file],
      `${body(1)}{"type":"RECORD"}\n`,
      env,
    );
    expect(code).toBe(3);
    expect(await readdir(dir)).not.toContain(file);
    const { child, stdout, ended } = persist([...to("refused"), "--bookmark", file], env);
    child.stdin.write(body(2));
    await stdout.until("\n");
    child.stdin.end('{"type":"RECORD"}\n');
    expect(await ended).toMatchObject({ code: 3, stdout: '{"at":2}\n' });
    expect(await textIn(file)).toBe(`${await (await getBookmark(stack(), "refused")).text()}\n`);
  });
});

describe("the command line of 2016, directly to the Import API", () => {
  /**
   * `streamer bm | persist-stitch --cid 4242 --token T --bookmark bm`, without the streamer's environment
   * and the token.
   */
  function line(given: NodeJS.ProcessEnv, accessToken = "sandbox-token") {
    const made = spawn("sh", ["-c", `exec "${process.execPath}" "${streamer}" $(ls "${file}" 2>/dev/null)`], {
      env: { ...process.env, ...given },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const args = ["--cid", "4242", "--token", accessToken, "--bookmark", file];
    const running = persist(args, { IMPORT_API_URL: stack().importApiUrl });
    made.stdout.pipe(running.child.stdin);
    return { ...running, ended: running.ended.finally(() => made.kill()) };
  }

  it("is killed, refused for a dead token and run again: the file holds what is committed", async () => {
    const killed = line({ N: "1000", PAUSE_AFTER: "505" });
    await killed.stdout.until("\n");
    killed.child.kill("SIGKILL");
    expect((await killed.ended).stdout).toBe("500\n");
    expect(await textIn(file)).toBe("500\n");
    const dead = await line({ N: "1000" }, "dead").ended;
    expect([dead.code, dead.stdout, dead.stderr]).toEqual([
      4,
      "",
      expect.stringContaining("Are -C and -T right"),
    ]);
    expect(await textIn(file)).toBe("500\n");
    expect(await line({ N: "1000" }).ended).toMatchObject({ code: 0, stdout: "1000\n" });
    expect(await textIn(file)).toBe("1000\n");
    expect((await rows(stack(), "select count(*), count(distinct id) from made")).rows).toEqual([
      ["1000", "1000"],
    ]);
  });

  it("run twice at once: the slower run replaces nothing", async () => {
    const args = ["--cid", "4242", "--token", "sandbox-token", "--bookmark", file];
    const to = { IMPORT_API_URL: stack().importApiUrl };
    const slow = persist(args, to);
    slow.child.stdin.write(body(1));
    await slow.stdout.until("\n");
    expect(await persisted(args, body(9), to)).toMatchObject({ code: 0 });
    slow.child.stdin.end(`${JSON.stringify(bookmark({ at: 2 }))}\n`);
    const { code, stderr } = await slow.ended;
    expect([code, stderr]).toEqual([5, expect.stringContaining("Another run has changed")]);
    expect(await textIn(file)).toBe('{"at":9}\n');
  });

  it("starts a command after -- from the file", async () => {
    const args = ["--cid", "4242", "--token", "sandbox-token", "--bookmark", file, "--state"];
    for (const N of ["2020", "2040"]) {
      const given = { IMPORT_API_URL: stack().importApiUrl, N };
      expect(await persisted([...args, "--", process.execPath, streamer], "", given)).toMatchObject({
        code: 0,
      });
      expect(await textIn(file)).toBe(`${N}\n`);
    }
  });
});
