import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen } from "../../infra/local/listen.ts";
import { jsonlines, records } from "../bench/lines.ts";

const MiB = 1024 * 1024;
const streamBytes = 100 * MiB;
/** docs/persist.md promises it for lines below 1 MB. */
const residentBytesMax = 192 * MiB;
const command = new URL("../../dist/cli/persist.mjs", import.meta.url).pathname;
/** Printed last by the process itself. On Linux, `maxRSS` starts at the parent's value. */
const peak = `
import { readFileSync } from "node:fs";
process.on("exit", () => {
  const kilobytes = process.platform === "linux"
    ? /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]
    : process.resourceUsage().maxRSS;
  console.error(kilobytes);
});`;

const bookmark = Buffer.from('{"type":"BOOKMARK","value":1}\n');
const { body } = jsonlines(records.A, MiB);
const linesStart = body.indexOf("--\n") + 3;
const head = body.subarray(0, linesStart);
const record = (stream: string, text: string) =>
  `${JSON.stringify({ type: "RECORD", stream, record: { text } })}\n`;
const streams = Array.from({ length: 200 }, (_, n) => `s${n}`);

/** About a megabyte of each stream. */
const kinds = {
  "small records": () => body.subarray(linesStart),
  "lines of 900 kB that gzip can't shrink": () =>
    Buffer.from(record("s", randomBytes(675_000).toString("base64"))),
  "text that shrinks a thousand times": () => Buffer.from(record("s", "x".repeat(1_000)).repeat(1_000)),
  "200 streams in turns": () =>
    Buffer.from(streams.map(stream => record(stream, randomBytes(2_500).toString("hex"))).join("")),
};

function* streamOf(some: () => Uint8Array): Generator<Uint8Array> {
  yield head;
  for (let bytes = 0; bytes < streamBytes; ) {
    const lines = some();
    yield lines;
    yield bookmark;
    bytes += lines.length;
  }
}

/** An endpoint and an Import API: accepts everything and stores nothing, after a while. */
let server: Awaited<ReturnType<typeof listen>>;
let revision = 0;
beforeAll(async () => {
  const milliseconds = 100;
  server = await listen(
    createServer((message, response) => {
      message.resume().on("end", async () => {
        if (message.method === "POST") {
          revision++;
          await setTimeout(milliseconds);
        }
        response.setHeader("etag", `"${revision}"`).end("{}");
      });
    }),
  );
});
afterAll(() => server.close());

/** Resolves to the most bytes that were resident. */
async function peakOf(args: readonly string[], some: () => Uint8Array): Promise<number> {
  const peaks = ["--import", `data:text/javascript,${encodeURIComponent(peak)}`, command];
  const child = spawn(process.execPath, [...peaks, ...args], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { PATH: process.env.PATH, PERSIST_TOKEN: "t", STITCH_TOKEN: "t", IMPORT_API_URL: server.url },
  });
  let said = "";
  child.stderr.on("data", text => {
    said += String(text);
  });
  const ended = new Promise(resolve => child.on("close", resolve));
  await pipeline(Readable.from(streamOf(some)), child.stdin);
  expect(await ended, said).toBe(0);
  return Number(said.trim().split("\n").at(-1)) * 1024;
}

describe.each(Object.entries(kinds))("%s need no more memory for a longer stream", (_, some) => {
  it("with `persist`", async () => {
    expect(await peakOf(["--endpoint", server.url, "--streamer", "s"], some)).toBeLessThan(residentBytesMax);
  });

  it("with `persist -C`", async () => {
    expect(await peakOf(["-C", "4242"], some)).toBeLessThan(residentBytesMax);
  });
});
