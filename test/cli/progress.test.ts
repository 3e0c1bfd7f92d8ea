import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Log, type LogOptions } from "../../cli/log.ts";
import { Progress } from "../../cli/progress.ts";
import { lineWriter } from "../../cli/streamer-log.ts";
import { Terminal } from "../../cli/terminal.ts";
import { Screen } from "./screen.ts";

/** The messages of a run, on terminals and elsewhere. */
let now = 0;
beforeEach(() => {
  now = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

function wait(milliseconds: number) {
  now += milliseconds;
  vi.advanceTimersByTime(milliseconds);
}

function progressOn(stream: NodeJS.WriteStream, options: LogOptions = {}, term = "xterm") {
  const terminal = new Terminal(stream, stream, term);
  const log = new Log(terminal, { hasColors: false }, () => Date.parse("2026-11-26T12:00:00Z") + now);
  log.configure({ streamer: "drift", ...options });
  return { progress: new Progress(terminal, log, () => now), log, terminal };
}

/** A run whose stderr is not a terminal. */
function onFile(options: LogOptions = {}) {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { ...progressOn(stream, options), written };
}

const sent = { records: 12_000, bytes: 4_000_000, wireBytes: 900_000 };

describe("on a terminal", () => {
  it.each([
    [40, "drift: 0:03, 36,000 records, 12 MB"],
    [80, "drift: 0:03, 36,000 records, 12 MB, 4 MB/s, 3 segments, 2.7 MB gzipped"],
    [200, "drift: 0:03, 36,000 records, 12 MB, 4 MB/s, 3 segments, 2.7 MB gzipped, 1 retry"],
  ])("of %d columns one line changes, and nothing else is left of it", (columns, line) => {
    const screen = new Screen(columns);
    const { progress } = progressOn(screen.stream);
    progress.begin("starting");
    progress.retrying("503");
    for (let segment = 1; segment <= 3; segment++) {
      wait(1_000);
      progress.committed(sent);
      progress.print(`{"at":${segment}}`);
    }
    expect(screen.rows).toEqual(["retrying after: 503", '{"at":1}', '{"at":2}', '{"at":3}', line]);
    progress.end();
    expect(screen.rows.slice(0, 4)).toEqual(["retrying after: 503", '{"at":1}', '{"at":2}', '{"at":3}']);
    expect(screen.rows.slice(4).join("")).toMatch(/^Total: 36,000 records in 3 segments, ?12 MB \(2\.7 MB/);
    expect(screen.rows.at(-1)).toBe("");
  });

  it("messages can't control it", () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 80, write: (text: string) => written.push(text) };
    const { progress } = progressOn(stream as unknown as NodeJS.WriteStream);
    progress.warn("503 \u001b]0;a\u0007\nnext\u009b2J");
    expect(written).toEqual(["503 \\u001b]0;a\\u0007\nnext\\u009b2J\n"]);
    const file = onFile();
    file.progress.warn("\u001bc");
    expect(file.written).toEqual(["2026-11-26T12:00:00.000Z warning drift: \\u001bc\n"]);
  });

  it("the line moves before the first segment, and says where the streamer started", () => {
    const screen = new Screen(40);
    const { progress } = progressOn(screen.stream);
    progress.begin("starting");
    expect(screen.rows).toEqual(["drift: 0:00, starting"]);
    progress.waiting();
    wait(61_000);
    expect(screen.rows).toEqual(["drift: 1:01, waiting for a delivery"]);
    progress.started(`{"inboxes":12,"more":"${"x".repeat(100)}"}`);
    wait(1_000);
    expect(screen.rows).toEqual(['drift: 1:02, from {"inboxes":12,"mor…']);
    wait(3_540_000);
    expect(screen.rows[0]).toMatch(/^drift: 1:00:02, from /);
  });

  it("Ctrl-C's message has rows of its own, and the totals come before the last words", () => {
    const screen = new Screen(80);
    const { progress, log } = progressOn(screen.stream);
    progress.begin("starting");
    progress.committed(sent);
    progress.interrupted("request");
    wait(1_000);
    progress.end();
    log.write("error", "Interrupted.");
    expect(screen.rows.join("\n")).toBe(
      [
        "Interrupted: waiting for the request in flight. Press Ctrl-C again to exit at",
        "once.",
        "Total: 12,000 records in 1 segment, 4 MB (900 kB gzipped) in 1.0 s, 4 MB/s",
        "Interrupted.",
        "",
      ].join("\n"),
    );
  });

  it("a long name leaves room for the progress", () => {
    const screen = new Screen(40);
    const { progress } = progressOn(screen.stream, { streamer: "a".repeat(64) });
    progress.begin("starting");
    progress.committed(sent);
    expect(screen.rows).toEqual([`${"a".repeat(14)}…: 0:00, 12,000 records`]);
  });

  it("a streamer's own lines have rows of their own, without what would control the terminal", () => {
    const screen = new Screen(40);
    const { progress, terminal } = progressOn(screen.stream);
    progress.begin("starting");
    const take = lineWriter(line => terminal.say(line));
    const said = Buffer.from("INFO é\r\n\u001b[31mWARN\u001b[0m\tb\u0007\n1 %\r50 %\r100 %\nlast");
    const half = said.indexOf("é") + 1;
    take(said.subarray(0, half));
    expect(screen.rows).toEqual(["drift: 0:00, starting"]);
    take(said.subarray(half));
    const rows = ["INFO é", "WARN        b\\u0007", "100 %"];
    expect(screen.rows).toEqual([...rows, "drift: 0:00, starting"]);
    take(undefined);
    expect(screen.rows).toEqual([...rows, "last", "drift: 0:00, starting"]);
  });

  it("a streamer's line without an end is written in parts", () => {
    const lines: string[] = [];
    const take = lineWriter(line => lines.push(line));
    for (let at = 0; at < 5; at++) take(Buffer.alloc(40_000, "x"));
    take(undefined);
    expect(lines.map(line => line.length)).toEqual([80_000, 80_000, 40_000]);
  });

  it("the echo of Ctrl-C leaves nothing behind", () => {
    const screen = new Screen(40);
    const { progress, log } = progressOn(screen.stream);
    progress.begin("x".repeat(100));
    screen.stream.write("^C");
    progress.end();
    log.write("error", "Interrupted.");
    expect(screen.rows).toEqual(["Interrupted.", ""]);
  });

  it("without a cursor has no changing line", () => {
    const screen = new Screen(80);
    const { progress } = progressOn(screen.stream, {}, "dumb");
    progress.begin("starting");
    wait(5_000);
    expect(screen.rows).toEqual([""]);
  });
});

describe("elsewhere", () => {
  it("messages have time, level and streamer, and segments are summed up now and then", () => {
    const { progress, log, written } = onFile();
    progress.begin("starting");
    progress.started(undefined);
    progress.committed(sent);
    wait(31_000);
    progress.committed(sent);
    progress.committed(sent);
    progress.warn("careful");
    progress.end();
    progress.end();
    log.write("error", "refused");
    expect(written).toEqual([
      "2026-11-26T12:00:00.000Z info drift: started from the beginning\n",
      expect.stringMatching(/^2026-11-26T12:00:31.000Z info drift: 24,000 records in 2 segments, /),
      "2026-11-26T12:00:31.000Z warning drift: careful\n",
      expect.stringMatching(/^2026-11-26T12:00:31.000Z info drift: Total: 36,000 records in 3 segments, /),
      "2026-11-26T12:00:31.000Z error drift: refused\n",
    ]);
  });

  it("messages can't control the terminal that shows them later", () => {
    for (const format of ["text", "json"] as const) {
      const { log, written } = onFile({ format });
      log.write("error", "a\u001b[2J\u009b1m");
      expect(written.join("")).toContain("a\\u001b[2J\\u009b1m");
    }
  });

  it("--quiet leaves warnings and errors", () => {
    const { progress, log, written } = onFile({ isQuiet: true });
    progress.started(undefined);
    progress.committed(sent);
    progress.warn("careful");
    progress.end();
    log.write("error", "refused");
    expect(written.map(line => line.replace(/^\S+ /, ""))).toEqual([
      "warning drift: careful\n",
      "error drift: refused\n",
    ]);
  });

  it("--log-format json writes objects, on a terminal as well", () => {
    const screen = new Screen(500);
    const { progress } = progressOn(screen.stream, { format: "json" });
    progress.begin("starting");
    progress.started('{"at":1}');
    progress.committed(sent);
    wait(2_000);
    progress.end();
    expect(screen.rows.filter(row => row !== "").map(row => JSON.parse(row))).toEqual([
      {
        time: "2026-11-26T12:00:00.000Z",
        level: "info",
        streamer: "drift",
        message: 'started from {"at":1}',
      },
      expect.objectContaining({
        level: "info",
        records: 12_000,
        segments: 1,
        bytes: 4_000_000,
        milliseconds: 2_000,
      }),
    ]);
  });
});
