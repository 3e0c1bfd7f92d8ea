import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { isSupportedNode } from "../../cli/node-version.ts";
import { lines } from "../../cli/progress.ts";
import { listen } from "../../infra/local/listen.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { casesOf } from "../runs.ts";
import { persist, persisted, unstamped } from "./program.ts";

/** The messages of `persist` show the value that it refuses, and what would be right. */
const env = { PERSIST_TOKEN: "a-token" };
const nowhere = ["--endpoint", "http://127.0.0.1:1", "--streamer", "s"];
const commandList =
  "The commands are status, streamers, deliveries, bookmark, settings, token, check. See persist --help.";

describe("a command line that is wrong", () => {
  it.each(
    casesOf<[args: readonly string[], message: string]>(
      [
        [
          ["--endpoint", "localhost:4848", "--streamer", "s"],
          '--endpoint is "localhost:4848", without a scheme. Is it http://localhost:4848?',
        ],
        [
          ["--endpoint", "persister.example.com", "--streamer", "s"],
          '--endpoint is "persister.example.com", without a scheme. Is it https://persister.example.com?',
        ],
        [
          ["--endpoint", "ftp://a.example", "--streamer", "s"],
          '--endpoint is "ftp://a.example", which is not a URL of http or https.',
        ],
        [
          ["--endpoint", "http://127.0.0.1:1", "--streamer", "Foo"],
          '--streamer is "Foo": names are in lower case. Is it foo?',
        ],
        [
          ["--endpoint", "http://127.0.0.1:1", "--streamer", "a b"],
          '--streamer is "a b": a name is 1 to 64 of a-z, 0-9, _ and -, starting with a letter or digit.',
        ],
        [
          ["--dry-run", "--", "tap"],
          "There is no --dry-run: persist check FILE checks a stitchstream and sends nothing.",
        ],
        [["--endpont", "x"], "There is no flag --endpont. Did you mean --endpoint? See persist --help."],
        [["-C", "x", "-T", "t"], '-C, or --cid, is "x": it must be the client\'s id, a number.'],
        [["--log-format", "xml"], '--log-format is "xml": it is text or json.'],
        [["--quite"], "There is no flag --quite. Did you mean --quiet? See persist --help."],
        [["--colour"], "There is no flag --colour. See persist --help."],
        [["chek", "x"], `Unknown command: chek x. Did you mean check? ${commandList}`],
        [
          ["echo", "hi"],
          `Unknown command: echo hi. A streamer's own command is given after --. ${commandList}`,
        ],
        [
          ["toString"],
          `Unknown command: toString. A streamer's own command is given after --. ${commandList}`,
        ],
        [["bookmark", "rm"], "There is no persist bookmark rm: use get, set VALUE, forget, or history."],
        [["bookmark"], "persist bookmark needs get, set VALUE, forget, or history."],
        [["deliveries", "x", "y"], "persist deliveries x takes no argument, and got y."],
        [["status", "x"], "persist status takes no argument, and got x. For one streamer: --streamer NAME."],
        [["deliveries", ...nowhere, "--limit", "all"], '--limit is "all": it is a number from 1 to 100.'],
      ],
      5,
    ),
  )("%j", async (args, message) => {
    expect(await persisted(args, "", env)).toEqual({ code: 2, stdout: "", stderr: `${message}\n` });
  });
});

describe("what is not a stitchstream", () => {
  const spread = "not a stitchstream, but JSON that is spread over several lines";

  it("is one fault, for a file of JSON", async () => {
    const { code, stderr } = await persisted(["check", "package.json"], "");
    expect([code, stderr]).toEqual([3, expect.stringMatching(`^package\\.json:1: ${spread}: .*\n$`)]);
  });

  it("is named by its command, or as stdin", async () => {
    const { url, close } = await startScriptedServer([{ status: 404, body: '{"code":"no-bookmark"}' }]);
    const accepted = [{ status: 404, body: '{"code":"no-streamer"}' }] as const;
    const busy = await startScriptedServer([...accepted, { status: 404, body: '{"code":"no-bookmark"}' }]);
    const to = ["--endpoint", busy.url, "--streamer", "s"];
    const named = await persisted([...to, "--", "echo", "hello"], "", env);
    expect([named.code, named.stderr]).toEqual([
      3,
      expect.stringMatching(/\nThe output of `echo hello`: Line 1: the first line is neither/),
    ]);
    const direct = await persisted(["-C", "1", "-T", "x"], "hello\n", { IMPORT_API_URL: url });
    expect([direct.code, direct.stderr]).toEqual([3, expect.stringMatching(/^The input on stdin: Line 1: /)]);
    await Promise.all([close(), busy.close()]);
  });
});

describe("an endpoint that can't be reached", () => {
  const said = /^retrying after: ECONNREFUSED 127\.0\.0\.1:1, attempt 1 of 10, next in 0\.\d s\n/;

  it.each([
    ["a delivery", nowhere],
    ["a command", ["bookmark", "get", ...nowhere]],
  ])("is reported at once, for %s, which ends at once on Ctrl-C", async (_, args) => {
    const { child, stderr, ended } = persist(args, env);
    expect(unstamped(await stderr.until("\n"))).toMatch(said);
    child.kill("SIGINT");
    const { code, stderr: all } = await ended;
    expect(code).toBe(130);
    expect(all).toMatch(/\nInterrupted\.( What was committed stays committed.*)?\n$/);
    expect(all).not.toContain("waiting for the request");
  });
});

describe("Node", () => {
  const older = (version: string) =>
    `--import=data:text/javascript,${encodeURIComponent(
      `Object.defineProperty(process, "versions", { value: { node: "${version}" } });`,
    )}`;

  it("that is too old is named in a sentence", async () => {
    const given = { NODE_OPTIONS: older("18.20.8") };
    expect(await persisted(["--version"], "", given)).toEqual({
      code: 1,
      stdout: "",
      stderr: "persist needs Node 20.19 or later, and this is Node 18.20.8.\n",
    });
  });

  it.each([
    ["20.19.0", true],
    ["20.18.3", false],
    ["22.0.0", true],
    ["24.1.0", true],
    ["9.99.0", false],
  ])("%s: %s", (version, isSupported) => {
    expect(isSupportedNode(version)).toBe(isSupported);
  });
});

describe("Ctrl-C with nothing in flight", () => {
  it("ends a run that forwards directly at once", async () => {
    const { child, stderr, ended } = persist([
      "-C",
      "1",
      "-T",
      "x",
      "--",
      "sh",
      "-c",
      "echo >&2 on; exec sleep 600",
    ]);
    await stderr.until("on\n");
    child.kill("SIGINT");
    const { code, stderr: said } = await ended;
    expect([code, said]).toEqual([130, expect.stringMatching(/\nInterrupted\. What was committed[^\n]*\n$/)]);
    expect(said).not.toContain("waiting");
  });

  it("says that it waits for a streamer that ignores SIGTERM", async () => {
    // It ends with its parent, however slow the machine is.
    const script = 'trap "" TERM; echo >&2 on; while kill -0 $PPID; do sleep 0.1; done 2>/dev/null';
    const { child, stderr, ended } = persist(["-C", "1", "-T", "x", "--", "sh", "-c", script]);
    await stderr.until("on\n");
    child.kill("SIGINT");
    await stderr.until(`${lines.ending}\n`);
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
  });
});

it("a run's messages have time and level, or are JSON, as are those of a wrong command line", async () => {
  const said = async (...args: string[]) => {
    const { child, stderr, ended } = persist(args, env);
    child.stdin.end("hello");
    await ended;
    return stderr.text;
  };
  const account = ["-C", "1", "-T", "x"];
  expect(await said(...account)).toMatch(/^\S+Z error: The input on stdin: Line 1: [^\n]*\n$/);
  expect(JSON.parse(await said("--log-format", "json"))).toMatchObject({
    message: expect.stringMatching(/^--endpoint is required/),
  });
});

it("a reader that closes the pipe ends a command quietly", async () => {
  const { child, ended } = persist(["--help"]);
  child.stdout.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

describe("Retry-After", () => {
  it.each([
    ["seconds", () => "2", /next in 2\.0 s/],
    ["an HTTP date", () => new Date(Date.now() + 30_000).toUTCString(), /next in (2[89]|30)\.\d s/],
  ])("is obeyed as %s", async (_, value, next) => {
    const { url, close } = await listen(
      createServer((_, response) => response.writeHead(503, { "retry-after": value() }).end("{}")),
    );
    const { child, stderr, ended } = persist(["--endpoint", url, "--streamer", "s"], env);
    expect(await stderr.until("\n")).toMatch(next);
    child.kill("SIGINT");
    await ended;
    await close();
  });
});
