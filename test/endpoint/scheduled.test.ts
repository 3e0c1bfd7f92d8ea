import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "aws-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runReserveMillisecondsMin } from "../../functions/persister/limits.ts";
import { placesIn, programStreaming } from "../../functions/program/program.ts";
import type { Ran } from "../../functions/program/run.ts";
import type { Streaming } from "../../functions/program/streaming.ts";
import { schedule } from "../../functions/schedule.ts";
import { getBookmark, rows, useStack } from "./local-stack.ts";

/** Scheduled runs: a program's output goes through the core into the stack. */
const stack = useStack();
const script = new URL("../cli/streamer.mjs", import.meta.url).pathname;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-scheduled-"));
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rm(dir, { recursive: true, force: true }));

/**
 * Runs it once, with this many ms before it has to stop, or until it has printed `last`, however slow the
 * machine is. Resolves to the result, and how often another run was scheduled.
 */
async function run(
  streamer: string,
  env: Record<string, string>,
  milliseconds = 600_000,
  command = [process.execPath, script],
  last?: string,
) {
  const streaming = programStreaming({
    command,
    places: placesIn(process.env),
    required: [],
    credentials: { source: "The environment", read: async () => env },
  });
  let ran: Ran | undefined;
  const asked: string[] = [];
  const handler = schedule(() => ({
    parts: stack().wired.parts,
    streamer,
    streaming: last === undefined ? streaming : stopsBehind(last, streaming),
    report: each => {
      ran = each;
    },
    scheduleNext: async arn => void asked.push(arn),
  }));
  const remaining = runReserveMillisecondsMin + milliseconds;
  const context = { invokedFunctionArn: "arn:of-this", getRemainingTimeInMillis: () => remaining };
  await handler(undefined, context as Context);
  return { ...ran!, asked };
}

/** Streaming whose time is up once the program has printed `last`. */
const stopsBehind = (last: string, streaming: Streaming): Streaming =>
  async function* (bookmark, stopAt, aborted) {
    const timeIsUp = new AbortController();
    let printed = "";
    for await (const chunk of streaming(bookmark, stopAt, AbortSignal.any([aborted, timeIsUp.signal]))) {
      printed += Buffer.from(chunk).toString();
      if (printed.includes(last)) timeIsUp.abort();
      yield chunk;
    }
  };

const landed = async () => Number((await rows(stack(), "select count(*) from made")).rows[0]![0]);
const bookmarkOf = async (streamer: string) => (await getBookmark(stack(), streamer)).text();

describe("a scheduled run", () => {
  it("delivers what the streamer prints, and the next run continues from its bookmark", async () => {
    const first = await run("daily", { N: "100" });
    // The number of segments depends on the machine's speed.
    const segments = expect.any(Number);
    expect(first).toEqual({ streamer: "daily", outcome: "whole", segments, records: 100, asked: [] });
    expect(await run("daily", { N: "130" })).toMatchObject({ outcome: "whole", records: 30 });
    expect(await bookmarkOf("daily")).toBe("130");
    expect(await landed()).toBe(130);
  });

  it("whose streamer prints nothing and exits with 0 has nothing new", async () => {
    const none = { outcome: "whole", segments: 0, records: 0 };
    expect(await run("idle", {}, undefined, ["true"])).toMatchObject(none);
  });

  it("stops in time, keeps what it committed, and schedules another run until all is done", async () => {
    const env = { N: "120", PAUSE_AFTER: "50" };
    for (const [outcome, bookmark] of [
      ["unfinished", "50"],
      ["unfinished", "100"],
      ["whole", "120"],
    ] as const) {
      const asked = outcome === "unfinished" ? ["arn:of-this"] : [];
      const last = `"STATE","value":${bookmark}}`;
      const stop = outcome === "unfinished" ? last : undefined;
      expect(await run("long", env, undefined, undefined, stop)).toMatchObject({ outcome, asked });
      expect(await bookmarkOf("long")).toBe(bookmark);
    }
  });

  it("that uses all its time without committing a bookmark fails, and schedules no other run", async () => {
    await expect(run("stuck", { N: "20", PAUSE_AFTER: "5" }, 600)).rejects.toThrow(
      /^stuck sent no new bookmark/,
    );
  });

  it("that prints only the bookmark it started with fails, too", async () => {
    const state = `printf '{"type":"STATE","value":1}\\n'`;
    await run("still", {}, undefined, ["sh", "-c", state]);
    await expect(run("still", {}, 1_500, ["sh", "-c", `${state}; sleep 60`])).rejects.toThrow(
      /sent no new bookmark/,
    );
  });

  it("exits without committing while another run of the streamer is in progress", async () => {
    const both = await Promise.all([run("twice", { N: "50" }), run("twice", { N: "50" })]);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(["superseded", "whole"]);
    expect(await bookmarkOf("twice")).toBe("50");
  });

  it("whose streamer fails has committed its last bookmark, and says so", async () => {
    await expect(run("failing", { N: "45", FAIL: "1" })).rejects.toThrow(/exited with 7/);
    expect(await bookmarkOf("failing")).toBe("40");
    await expect(run("none", {}, undefined, ["/nowhere/streamer"])).rejects.toThrow(
      /\/nowhere\/streamer can't be started/,
    );
  });

  it("whose records are refused fails, with the bookmarks before them committed", async () => {
    const command = ["sh", "-c", `printf '{"type":"STATE","value":1}\\n{"type":"RECORD"}\\n'`];
    await expect(run("faulty", {}, undefined, command)).rejects.toThrow(/line/i);
  });

  it("shows its streamer only where programs and their libraries are, of its own environment", async () => {
    const file = join(dir, "env");
    const ours = {
      AWS_SECRET_ACCESS_KEY: "none",
      AWS_LAMBDA_RUNTIME_API: "none",
      NODE_OPTIONS: "--no-warnings",
    };
    const places = { LD_LIBRARY_PATH: "/opt/lib", NODE_PATH: "/opt/nodejs", LANG: "C", TZ: ":UTC" };
    for (const [name, value] of Object.entries({ ...ours, ...places })) vi.stubEnv(name, value);
    await run("nosy", { OWN: "1" }, undefined, ["sh", "-c", `env > ${file}`]).catch(() => {});
    const names = (await readFile(file, "utf8")).split("\n").map(line => line.split("=")[0]);
    expect(names.filter(name => name !== "" && name !== "_").sort()).toEqual(
      ["HOME", "OWN", "PATH", "PWD", ...Object.keys(places)].sort(),
    );
  });

  it("ends a whole pipeline, though a part of it ignores SIGTERM", async () => {
    const command = ["sh", "-c", `trap "" TERM; (trap "" TERM; sleep 60) | cat`];
    await expect(run("deaf", {}, 200, command)).rejects.toThrow(/sent no new bookmark/);
  });

  it("does not wait for a process that has left the pipeline and holds its pipe open", async () => {
    const file = join(dir, "daemon");
    const daemon = `const { spawn } = require("node:child_process");
      const { pid } = spawn("sleep", ["600"], { detached: true, stdio: ["ignore", "inherit", "ignore"] });
      require("node:fs").writeFileSync(${JSON.stringify(file)}, String(pid));
      console.log("{}");
      setTimeout(() => {}, 600_000);`;
    const command = [process.execPath, "-e", daemon];
    await expect(run("left", {}, undefined, command, "{}")).rejects.toThrow(/sent no new bookmark/);
    process.kill(Number(await readFile(file, "utf8")), "SIGKILL");
  });
});

it.runIf(existsSync("/proc/self/environ"))(
  "a program can read its function's environment, as docs/operations.md says",
  async () => {
    const streaming = programStreaming({
      command: ["sh", "-c", "cat /proc/$PPID/environ"],
      places: placesIn(process.env),
      required: [],
      credentials: { source: "The environment", read: async () => ({}) },
    });
    let read = "";
    for await (const bytes of streaming(undefined, Date.now() + 600_000, new AbortController().signal))
      read += Buffer.from(bytes).toString("latin1");
    expect(read).toBe(await readFile("/proc/self/environ", "latin1"));
  },
);
