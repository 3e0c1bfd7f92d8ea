import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookmark, jsonline, record, rows, token, useStack } from "../endpoint/local-stack.ts";
import { bundleOf } from "./program.ts";

/** `persist < FILE`: a file is read in chunks that share one memory. */
const stack = useStack();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-stdin-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function persistFile(streamer: string, bytes: string | Uint8Array): Promise<string> {
  const file = join(dir, streamer);
  await writeFile(file, bytes);
  const args = ["--endpoint", stack().url, "--streamer", streamer].map(arg => `"${arg}"`).join(" ");
  const command = `"${process.execPath}" "${bundleOf("cli/persist.ts")}" ${args} < "${file}"`;
  const { stdout } = await promisify(execFile)("sh", ["-c", command], {
    env: { PATH: process.env.PATH, PERSIST_TOKEN: token },
  });
  return stdout;
}

/** 3 MB, and nearly as much when gzipped: several chunks, and one segment. */
const texts = Array.from({ length: 300 }, () => randomBytes(7_500).toString("base64"));
const stream = (name: string) =>
  jsonline(...texts.map((text, id) => record(name, { id, text }, ["id"])), bookmark("the end"));

describe("a file on stdin", () => {
  it.each([
    ["plain", (text: string) => Buffer.from(text)],
    ["gzipped", (text: string) => gzipSync(text)],
  ] as const)("is delivered byte by byte: %s", async (name, bytesOf) => {
    expect(await persistFile(name, bytesOf(stream(name)))).toBe('"the end"\n');
    const { rows: landed } = await rows(stack(), `select id, text from ${name} order by cast(id as int)`);
    expect(landed).toEqual(texts.map((text, id) => [String(id), text]));
  });

  it("may be empty", async () => {
    expect(await persistFile("empty", "")).toBe("");
  });

  it("may be one byte, which is no stitchstream", async () => {
    await expect(persistFile("short", "{")).rejects.toMatchObject({ code: 3 });
  });
});
