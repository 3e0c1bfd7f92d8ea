import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdBookmarks } from "../../cli/hold-bookmarks.ts";
import { segments } from "../../functions/persister/segments/segment.ts";
import {
  bookmark,
  getBookmark,
  jsonline,
  post,
  record,
  rows,
  token,
  transit,
  useStack,
} from "../endpoint/local-stack.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { numRuns } from "../runs.ts";
import { persisted } from "./program.ts";

/** `persist --full-refresh`, which keeps the earlier bookmark until it has succeeded. */
const stack = useStack();
const env = { PERSIST_TOKEN: token };
const made = ["--state", "--", process.execPath, new URL("streamer.mjs", import.meta.url).pathname];

async function held(text: string, chunkSize = 1_000, aborted = false) {
  const said: string[] = [];
  async function* source() {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  const parts: Uint8Array[] = [];
  const options = {
    onlyWhile: aborted ? AbortSignal.abort() : new AbortController().signal,
    keyless: (stream: string) => void said.push(`keyless ${stream}`),
    withoutBookmark: () => void said.push("no bookmark"),
  };
  for await (const part of holdBookmarks(source(), options)) parts.push(part);
  return { text: Buffer.concat(parts).toString(), said };
}

describe("bookmarks that are held back", () => {
  it("leave blank lines, and the last one follows at the end, whatever the chunks are", async () => {
    const messages = fc.oneof(
      fc.record({ type: fc.constantFrom("BOOKMARK", "state"), value: fc.nat() }),
      fc.record({
        type: fc.constant("RECORD"),
        stream: fc.constant("s"),
        record: fc.object({ maxDepth: 1 }),
      }),
      fc.constant({ type: "NEW" }),
      fc.constant("{"),
    );
    const isBookmark = (each: object | string) => typeof each === "object" && "value" in each;
    const property = fc.asyncProperty(
      fc.array(messages, { maxLength: 20 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 300 }),
      async (made, isSinger, chunkSize) => {
        const all = isSinger ? [{ type: "FIRST" }, ...made] : made;
        const whole = jsonline(...all);
        const text = isSinger ? whole.replace(/^.*\n.*\n--\n/, "") : whole;
        const last = all.findLast(isBookmark);
        const blanked = text.replace(/^\{"type":"(BOOKMARK|state)".*$/gm, "");
        const end = last === undefined ? "" : `${JSON.stringify(last)}\n`;
        expect((await held(text, chunkSize)).text).toBe(blanked + end);
        expect((await held(text, chunkSize, true)).text).toBe(blanked);
      },
    );
    await fc.assert(property, { numRuns: numRuns(20) });
  });

  it("in transit are found by their cache codes, too", async () => {
    const lines = ['["^ ","~:type","BOOKMARK","~:value",1]', '["^ ","type","BOOKMARK","value",["^ ","a",2]]'];
    const { text } = await held(transit(...lines));
    expect(text).toBe(transit("", "", lines[1]!));
  });

  it("are in the last segment alone", async () => {
    const many = Array.from({ length: 500 }, (_, id) => [record("s", { id }, ["id"]), bookmark(id)]).flat();
    const { text } = await held(jsonline(...many));
    const clock = { now: () => 0, sleep: () => new Promise<void>(() => {}) };
    const source = (async function* () {
      yield Buffer.from(text);
    })();
    const found: boolean[] = [];
    for await (const { hasBookmark } of segments(source, { clock, bytesMax: 4_000 })) found.push(hasBookmark);
    expect(found.length).toBeGreaterThan(3);
    expect(found.indexOf(true)).toBe(found.length - 1);
  });

  it("that are empty STATEs don't replace one that holds something", async () => {
    const [full, empty] = ['{"type":"STATE","value":{"at":1}}\n', '{"type":"STATE","value":{}}\n'];
    expect((await held(full + empty)).text).toBe(`\n\n${full}`);
    expect((await held(empty)).text).toBe(`\n${empty}`);
  });

  it("don't hold a line that has no end", async () => {
    const piece = new Uint8Array(1_000_000).fill(0x20);
    let read = 0;
    async function* source() {
      yield Buffer.from('{"type":"RECORD","stream":"s","record":{"id":1}}\n{"type":');
      for (; read < 40; read++) yield piece;
    }
    const onlyWhile = new AbortController().signal;
    const held = holdBookmarks(source(), { onlyWhile, keyless: () => {}, withoutBookmark: () => {} });
    const clock = { now: () => 0, sleep: () => new Promise<void>(() => {}) };
    const cut = segments(held, { clock, bytesMax: 4_000 });
    expect((await cut.next()).value).toMatchObject({ records: 1 });
    await expect(cut.next()).rejects.toThrow("has more than 20000000 bytes: split it");
    expect(read).toBeLessThan(21);
  });

  it("name the streams without keys once, and a missing bookmark", async () => {
    const schema = { type: "SCHEMA", stream: "keyed", key_properties: ["id"], schema: {} };
    const lines = [schema, record("bare", { id: 1 }), record("keyed", { id: 1 }), record("bare", { id: 2 })];
    // Blocks after the first one don't repeat the SCHEMA.
    const filler = Array.from({ length: 5_000 }, (_, id) => record("keyed", { id, text: "x".repeat(60) }));
    expect((await held(jsonline(...lines, ...filler))).said).toEqual(["keyless bare", "no bookmark"]);
    expect((await held("hello\n")).text).toBe("hello\n");
  });
});

describe("a full refresh", () => {
  const to = ["--endpoint"];

  it("that fails leaves the earlier bookmark, and one that succeeds replaces it", async () => {
    await post(stack(), "again", jsonline(bookmark(30)));
    const args = [...to, stack().url, "--streamer", "again", "--full-refresh", ...made];
    const bookmarkOf = async () => (await getBookmark(stack(), "again")).text();
    const failed = await persisted(args, "", { ...env, N: "25", FAIL: "1" });
    expect(failed).toMatchObject({ code: 6, stdout: "" });
    expect(failed.stderr).toMatch(
      / exited with \d+\. The earlier bookmark stays, and a run without --full-refr/,
    );
    expect(await bookmarkOf()).toBe("30");
    const { code, stdout, stderr } = await persisted(args, "", { ...env, N: "25" });
    expect([code, stdout, stderr]).toEqual([
      0,
      "20\n",
      expect.stringMatching(/^started from the beginning\n/),
    ]);
    expect(await bookmarkOf()).toBe("20");
    expect((await rows(stack(), "select count(*) from made")).rows).toEqual([["25"]]);
  });

  it("needs the scope admin, before the streamer starts", async () => {
    const problem = {
      status: 403,
      body: '{"code":"forbidden","detail":"The token does not have the scope."}',
    };
    const server = await startScriptedServer([problem]);
    const args = [...to, server.url, "--streamer", "s", "--full-refresh", "--", "no-such-program"];
    expect(await persisted(args, "", env)).toMatchObject({ code: 4 });
    expect(server.requests.map(({ method }) => method)).toEqual(["PUT"]);
    await server.close();
  });

  it("needs a command", async () => {
    const { code, stderr } = await persisted(
      [...to, "http://127.0.0.1:1", "--streamer", "s", "--full-refresh"],
      "",
      env,
    );
    expect([code, stderr]).toEqual([2, "--full-refresh needs a streamer to run: -- command arguments…\n"]);
  });
});
