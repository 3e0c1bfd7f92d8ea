import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { progressLine } from "../../cli/check-command.ts";
import { bookmark, jsonline, record, token, useStack } from "../endpoint/local-stack.ts";
import { casesOf } from "../runs.ts";
import { commanded, persisted } from "./program.ts";

/** `persist check`, compared with sending the same stream. */
const stack = useStack();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-check-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function checked(bytes: string | Uint8Array) {
  const path = join(dir, "stream");
  await writeFile(path, bytes);
  const { code, stdout, stderr } = await persisted(["check", path], "");
  return { code, stdout: stdout.replaceAll(path, "FILE"), stderr: stderr.replaceAll(path, "FILE") };
}

const schema = (properties: object) => ({
  type: "SCHEMA",
  stream: "s",
  key_properties: ["id"],
  schema: { properties },
});
const row = (id: unknown, text = "") => ({ type: "RECORD", stream: "s", record: { id, text } });
/** About 5 MB: two segments. */
const many = Array.from({ length: 9_000 }, (_, id) => row(id, "some words that take room ".repeat(20)));
const long = "x".repeat(1_000_000);
const lines = (...each: object[]) => each.map(one => JSON.stringify(one)).join("\n");

it("reports what a file contains, gzipped or not", async () => {
  const text = jsonline(...many, bookmark(1), record("t", { id: 1 }, ["id"]), bookmark(2));
  const stdout = "FILE: 9,001 records (s 9,000, t 1), 2 bookmarks\n";
  expect(await checked(text)).toEqual({ code: 0, stdout, stderr: "" });
  expect(await checked(gzipSync(text))).toEqual({ code: 0, stdout, stderr: "" });
});

it("reports each fault once, with its line in the file, whatever the segment", async () => {
  const text = lines(schema({ id: { type: "nothing" } }), ...many, { type: "RECORD" }, ...many, {
    type: "STATE",
  });
  const { code, stderr } = await checked(text);
  expect([code, stderr.trim().split("\n")]).toEqual([
    3,
    [
      expect.stringMatching(/^FILE:1: stream "s": /),
      expect.stringMatching(/^FILE:9002: /),
      expect.stringMatching(/^FILE:18003: .*bookmark has no `value`/),
    ],
  ]);
});

it.each(
  casesOf(
    [
      [1_500, 1_001, "and 500 more"],
      [250, 250, undefined],
      [400_000, 1_001, "and 9000 more; it was read no further"],
    ],
    3,
  ),
)("prints for %d faults %d lines", async (faults, count, last) => {
  const said = (await checked("{}\n".repeat(faults))).stderr.trim().split("\n");
  expect(said).toHaveLength(count);
  if (last !== undefined) expect(said.at(-1)).toBe(last);
});

it("reports the faults of truncated gzip, and that it is truncated", async () => {
  const text = jsonline({ type: "RECORD" }, bookmark(1), ...many);
  const { code, stderr } = await checked(gzipSync(text).subarray(0, 20_000));
  expect([code, stderr]).toEqual([3, expect.stringMatching(/^FILE:4: .*\nFILE is not whole gzip/)]);
});

it("reads stdin as `-`, and prints JSON", async () => {
  const text = jsonline(row(1), { type: "RECORD" }, bookmark(1));
  const json = await persisted(["check", "-", "--json"], text);
  expect([json.code, JSON.parse(json.stdout)]).toEqual([
    3,
    expect.objectContaining({
      file: "stdin",
      faultsTotal: 1,
      faults: [expect.objectContaining({ line: 5 })],
    }),
  ]);
});

it("prints JSON about a good file", async () => {
  const path = join(dir, "good");
  await writeFile(path, gzipSync(jsonline(row(1), bookmark(1))));
  const { exitCode, stdout } = await commanded(["check", path, "--json"], {});
  expect([exitCode, JSON.parse(stdout)]).toEqual([
    0,
    {
      file: path,
      records: 1,
      bookmarks: 1,
      streams: [{ stream: "s", records: 1 }],
      faultsTotal: 0,
      faults: [],
      readToEnd: true,
    },
  ]);
});

it("annotates lines in GitHub Actions", async () => {
  const path = join(dir, "a,b:c%");
  await writeFile(path, jsonline(...Array.from({ length: 12 }, () => ({ type: "RECORD" }))));
  const { exitCode, stdout, stderr } = await commanded(["check", path], { GITHUB_ACTIONS: "true" });
  const annotations = stdout.trim().split("\n");
  expect([exitCode, annotations.length, stderr.split("\n").length]).toEqual([3, 10, 12]);
  const file = path.replace("a,b:c%", "a%2Cb%3Ac%25");
  expect(annotations[0]).toMatch(new RegExp(`^::error file=${file},line=4::a RECORD .+`));
});

it("shows names and values of the stream without their control characters", async () => {
  const stream = "s\u001b[31m\u009b1m\nx:2: y";
  const said = String.raw`s\u001b[31m\u009b1m x:2: y`;
  const good = join(dir, "names");
  await writeFile(good, jsonline({ type: "RECORD", stream, record: { id: 1 } }));
  expect((await commanded(["check", good], {})).stdout).toBe(`${good}: 1 record (${said} 1), 0 bookmarks`);
  const faulty = join(dir, "faulty\n%");
  await writeFile(faulty, jsonline({ type: "RECORD", stream, record: [] }));
  const { stdout, stderr } = await commanded(["check", faulty, "--annotations"], {});
  expect(`${stdout}${stderr}`).not.toMatch(/[^\P{Cc}\n]/u);
  expect([stdout.trim().split("\n").length, stderr.split("\n").length]).toEqual([1, 1]);
  expect(stdout).toContain("/faulty%0A%25,line=");
});

it("annotates a file that was cut", async () => {
  const path = join(dir, "cut.gz");
  await writeFile(path, gzipSync(jsonline(row(1), bookmark(1))).subarray(0, 60));
  const { stdout, stderr } = await commanded(["check", path, "--annotations"], {});
  expect(stdout).toBe(`::error file=${path}::${stderr}\n`);
});

it.each([
  [40, "0:04, 412 MB of 2 GB (20 %)"],
  [80, "0:04, 412 MB of 2 GB (20 %), 1,200,000 records, drift.stitchstream"],
])("shows on %d columns how far it has come", (width, line) => {
  const progress = { name: "drift.stitchstream", bytes: 412e6, bytesTotal: 2e9, records: 1_200_000 };
  expect(progressLine(progress, 4.2, width)).toBe(line);
});

it("reports a missing file", async () => {
  expect(await persisted(["check", "/nowhere"], "")).toMatchObject({
    code: 2,
    stderr: "/nowhere can't be read: ENOENT.\n",
  });
});

/** The place of the first fault in sending and checking, and the exit code. */
it.each(
  casesOf<[name: string, text: string, line: number | undefined]>(
    [
      ["of one segment", jsonline(row(1), bookmark(1)), undefined],
      ["of several segments", jsonline(schema({ id: { type: "integer" } }), ...many, bookmark(1)), undefined],
      ["that is empty", "", undefined],
      ["with CRLF and blank lines", `\r\n${lines(row(1))}\r\n\r\n${lines(bookmark(1))}\r\n`, undefined],
      [
        "that compresses extremely well",
        jsonline(...Array.from({ length: 9 }, (_, id) => row(id, long)), bookmark(1)),
        undefined,
      ],
      ["with a fault in its second segment", jsonline(...many, { type: "RECORD" }, bookmark(1)), 9_004],
      [
        "that breaks the first segment's schema in the last",
        lines(schema({ id: { type: "integer" } }), ...many, row("x"), bookmark(1)),
        9_002,
      ],
      ["with a line that is too long", lines(row(1), row(2, "x".repeat(20_000_001)), bookmark(1)), 2],
      ["whose header never ends", "stitchstream/0.1\nContent-Type: jsonline\n", 2],
      ["that is not valid", "hello", 1],
    ],
    3,
  ),
)("a stream %s has the same fault in both", async (name, text, line) => {
  const found = await checked(text);
  const streamer = name.replaceAll(/[^a-z]/g, "");
  const sent = await persisted(["--endpoint", stack().url, "--streamer", streamer], text, {
    PERSIST_TOKEN: token,
  });
  expect(found.code).toBe(line === undefined ? 0 : 3);
  expect(sent.code, sent.stderr).toBe(found.code);
  if (line === undefined) return;
  expect(found.stderr).toMatch(new RegExp(`^FILE:${line}: `));
  expect(sent.stderr).toMatch(new RegExp(`[Ll]ine ${line}\\b`));
});

it("a line that is too long once decompressed is refused by both", async () => {
  const digits = Array.from({ length: 1_000_000 }, () => Math.random().toString(36).slice(2, 12)).join("");
  const text = lines(row(1), bookmark(1), row(2, digits));
  const found = await checked(text);
  expect([found.code, found.stderr]).toEqual([
    3,
    expect.stringMatching(/^FILE:3: a line of \d+ bytes gzipped/),
  ]);
  const sent = await persisted(["--endpoint", stack().url, "--streamer", "wide"], text, {
    PERSIST_TOKEN: token,
  });
  expect([sent.code, sent.stdout, sent.stderr]).toEqual([
    3,
    "1\n",
    expect.stringMatching(/line 3 is sent: a line of \d+ bytes gzipped/),
  ]);
});

it("gzip on stdin is sent as its contents", async () => {
  const gzipped = gzipSync(jsonline(row(1), bookmark(1)));
  const to = ["--endpoint", stack().url, "--streamer", "zipped"];
  expect(await persisted(to, gzipped, { PERSIST_TOKEN: token })).toMatchObject({ code: 0, stdout: "1\n" });
  const cut = await persisted(to, gzipped.subarray(0, 40), { PERSIST_TOKEN: token });
  expect([cut.code, cut.stderr]).toEqual([
    3,
    "The input on stdin is not whole gzip: it was cut or changed.\n",
  ]);
});
