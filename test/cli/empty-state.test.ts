import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { getBookmark, post, token, useStack } from "../endpoint/local-stack.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { persisted } from "./program.ts";

/** A Singer tap that was given no state prints an empty one: what `persist` keeps is not lost by it. */
const stack = useStack();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-empty-state-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const printed = '{"type":"RECORD","stream":"s","record":{"id":1}}\n{"type":"STATE","value":{}}\n';
const kept = '{"s":1}';

async function bookmarkFile(): Promise<string> {
  const path = join(dir, "bookmark");
  await writeFile(path, `${kept}\n`);
  return path;
}

it("a bookmark's file keeps what the endpoint keeps", async () => {
  await post(stack(), "kept", `{"type":"STATE","value":${kept}}`);
  const path = await bookmarkFile();
  const args = ["--endpoint", stack().url, "--streamer", "kept", "--bookmark", path];
  const { code, stdout } = await persisted(args, printed, { PERSIST_TOKEN: token });
  expect([code, stdout, await readFile(path, "utf8")]).toEqual([0, `${kept}\n`, `${kept}\n`]);
  expect(await (await getBookmark(stack(), "kept")).text()).toBe(kept);
});

it("so it does without an endpoint", async () => {
  const api = await startScriptedServer([{ status: 201 }]);
  try {
    const path = await bookmarkFile();
    const env = { IMPORT_API_URL: api.url, STITCH_TOKEN: "t" };
    const { code, stdout } = await persisted(["-C", "1", "--bookmark", path], printed, env);
    expect([code, stdout, await readFile(path, "utf8")]).toEqual([0, `${kept}\n`, `${kept}\n`]);
  } finally {
    await api.close();
  }
});
