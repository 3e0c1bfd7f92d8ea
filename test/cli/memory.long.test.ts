import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, it } from "vitest";
import { listen } from "../../infra/local/listen.ts";
import { jsonlines, records } from "../bench/lines.ts";

const MiB = 1024 * 1024;
const streamBytes = 200 * MiB;
const residentBytesMax = 128 * MiB;
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

function* stream(): Generator<Uint8Array> {
  const { body } = jsonlines(records.A, MiB);
  const bookmark = Buffer.from('{"type":"BOOKMARK","value":1}\n');
  const lines = body.subarray(body.indexOf("--\n") + 3);
  yield body;
  for (let bytes = 0; bytes < streamBytes; bytes += lines.length) {
    yield lines;
    yield bookmark;
  }
}

/** Accepts everything and stores nothing. */
const startEndpoint = () => {
  let revision = 0;
  return listen(
    createServer((message, response) => {
      message.resume().on("end", () => {
        if (message.method === "POST") revision++;
        response.setHeader("etag", `"${revision}"`).end("{}");
      });
    }),
  );
};

it("`persist` needs no more memory for a longer stream", async () => {
  const endpoint = await startEndpoint();
  const args = ["--import", `data:text/javascript,${encodeURIComponent(peak)}`, command];
  const child = spawn(process.execPath, [...args, "--endpoint", endpoint.url, "--streamer", "s"], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { PATH: process.env.PATH, PERSIST_TOKEN: "t" },
  });
  let said = "";
  child.stderr.on("data", text => {
    said += String(text);
  });
  const ended = new Promise(resolve => child.on("close", resolve));
  await pipeline(Readable.from(stream()), child.stdin);
  expect(await ended, said).toBe(0);
  await endpoint.close();
  expect(Number(said.trim().split("\n").at(-1)) * 1024).toBeLessThan(residentBytesMax);
});
