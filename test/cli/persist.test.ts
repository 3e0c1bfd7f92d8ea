import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { exits } from "../../cli/cli-error.ts";
import { lines } from "../../cli/progress.ts";
import { listen } from "../../infra/local/listen.ts";
import {
  bookmark,
  get,
  getBookmark,
  jsonline,
  type LocalStack,
  post,
  record,
  rows,
  startTestStack,
  token,
  transit,
} from "../endpoint/local-stack.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { casesOf } from "../runs.ts";
import { commanded, persist, persisted } from "./program.ts";

/** `persist`, against the whole stack. */
let stack: LocalStack;
let dir: string;
beforeAll(async () => {
  stack = await startTestStack();
  dir = await mkdtemp(join(tmpdir(), "persister-cli-"));
});
afterAll(async () => {
  await stack.close();
  await rm(dir, { recursive: true, force: true });
});
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

const env = { PERSIST_TOKEN: token };
const to = (streamer: string, on = stack) => ["--endpoint", on.url, "--streamer", streamer];
const streamer = new URL("streamer.mjs", import.meta.url).pathname;
const made = ["--", process.execPath, streamer];
const body = (id: number) => jsonline(record("t", { id }, ["id"]), bookmark({ at: id }));

describe("a stream on stdin", () => {
  it("is sent, and its bookmark is printed verbatim once it is committed", async () => {
    const text = jsonline(
      record("exact", { id: 1 }, ["id"]),
      '{"type":"STATE","value":{"at": 12345678901234567890}}',
    );
    const { code, stdout, stderr } = await persisted(to("piped"), text, env);
    expect([code, stdout]).toEqual([0, '{"at": 12345678901234567890}\n']);
    expect(stderr).toMatch(/1 record in 1 segment,/);
    expect(await (await getBookmark(stack, "piped")).text()).toBe('{"at": 12345678901234567890}');
  });

  it("of several segments is chained, and a fault is reported with its line in the whole", async () => {
    const many = Array.from({ length: 2_200 }, (_, id) => [
      record("chained", { id, text: "some words that take room ".repeat(200) }, ["id"]),
      ...(id % 100 === 99 ? [bookmark(id)] : []),
    ]).flat();
    const good = await persisted(to("chained"), jsonline(...many), env);
    const printed = good.stdout.trim().split("\n").map(Number);
    expect(good.code).toBe(0);
    expect(printed.length).toBeGreaterThan(1);
    expect(printed.at(-1)).toBe(2_199);
    const bad = await persisted(to("chained"), jsonline(...many, "x"), env);
    expect(bad.code).toBe(3);
    expect(bad.stderr).toContain(`line ${many.length + 4}: a message is a JSON object`);
    expect((await rows(stack, "select count(*) from chained")).rows).toEqual([["2200"]]);
  });

  it("whose bookmarks nobody reads any more ends without a stack trace", async () => {
    const { child, ended } = persist(to("unread"), env);
    child.stdout.destroy();
    child.stdin.write(body(1));
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).not.toContain("    at ");
    expect(stderr.match(/can't be printed any more: EPIPE/g)).toHaveLength(1);
  });

  it.each([
    ["the endpoint", () => to("quiet"), env],
    ["the Import API", () => ["-C", "1", "-T", "t"], {}],
  ])("that is refused by %s ends, though more may follow", async (_, args, given) => {
    const { child, ended } = persist(args(), given);
    child.stdin.write(jsonline({ type: "RECORD" }, bookmark(1)));
    const { code, stdout, stderr } = await ended;
    expect([code, stdout, stderr]).toEqual([3, "", expect.stringContaining("line 4")]);
  });

  it("that is refused while much of it is still unread reports only that", async () => {
    const many = Array.from({ length: 30_000 }, (_, id) =>
      record("many", { id, text: "x".repeat(500) }, ["id"]),
    );
    const { child, ended } = persist(to("much"), env);
    child.stdin.write(jsonline({ type: "RECORD" }, bookmark(1), ...many));
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([3, expect.stringMatching(/line 4/)]);
    expect(stderr).not.toContain("    at ");
  });

  it.each(
    casesOf(
      [
        ["on stdin", []],
        ["of a streamer after --", ["--", "true"]],
      ],
      2,
    ),
  )("that is empty, %s, is reported as such, and nothing is sent", async (_, command) => {
    for (const args of [to("empty"), ["-C", "1", "-T", "t"]]) {
      const { code, stdout, stderr } = await persisted([...args, ...command], "", env);
      expect([code, stdout, stderr]).toEqual([
        0,
        "",
        expect.stringMatching(/^(started .*\n)?The stream is empty: /),
      ]);
    }
    expect((await getBookmark(stack, "empty")).headers.get("etag")).toBe('"0"');
    expect((await post(stack, "empty", "")).status).toBe(400);
  });

  it("that is not valid is reported, and nothing is sent", async () => {
    for (const args of [to("none"), ["-C", "1", "-T", "t"]]) {
      const { code, stdout, stderr } = await persisted(args, "hello", env);
      expect([code, stdout]).toEqual([3, ""]);
      expect(stderr).toMatch(/^The input on stdin: Line 1: the first line is neither .*\n$/);
    }
    expect((await getBookmark(stack, "none")).headers.get("etag")).toBe('"0"');
  });

  it("is sent after its first bookmark, though the streamer continues", async () => {
    const { child, stdout, ended } = persist(to("slow"), env);
    child.stdin.write(body(1));
    expect(await stdout.until("\n")).toBe('{"at":1}\n');
    child.stdin.end(`${JSON.stringify(bookmark({ at: 2 }))}\n`);
    expect((await ended).stdout).toBe('{"at":1}\n{"at":2}\n');
  });
});

/** An endpoint in trouble: the answer to each request, repeating the last one. */
async function scripted(...answers: ((response: ServerResponse) => void)[]) {
  let asked = 0;
  const server = createServer((message, response) => {
    message.resume();
    answers[Math.min(asked++, answers.length - 1)]!(response);
  });
  const listening = await listen(server);
  open.push(listening);
  return ["--endpoint", listening.url, "--streamer", "s"];
}

describe("an endpoint", () => {
  it("that breaks off within its answer gets the request again", async () => {
    const cut = (response: ServerResponse) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("{", () => response.destroy());
    };
    const args = await scripted(cut, response => response.end('{"at":1}'));
    expect(await persisted(["bookmark", "get", ...args], "", env)).toMatchObject({
      code: 0,
      stdout: '{"at":1}\n',
    });
  });

  it("whose gateway fails gets the request again", async () => {
    const bad = (response: ServerResponse) => response.writeHead(502).end("<html>Bad Gateway");
    const args = await scripted(bad, response => response.end("1"));
    expect(await persisted(["bookmark", "get", ...args], "", env)).toMatchObject({ code: 0, stdout: "1\n" });
  });

  it.each([["a pipe"], ["a command", "--", "no-such-program"]])(
    "that is a login page ends %s with 2",
    async (_, ...command) => {
      const args = await scripted(response => response.end("<html>"));
      const { code, stderr } = await persisted([...args, ...command], body(1), env);
      expect([code, stderr]).toEqual([2, expect.stringContaining("is not a Persister endpoint")]);
    },
  );

  it("that is another server is not mistaken for one without a bookmark: no streamer runs", async () => {
    const args = await scripted(response => response.writeHead(404).end('{"message":"Not Found"}'));
    const { code, stderr } = await persisted([...args, "--", "no-such-program"], "", env);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/answered 404/)]);
  });
});

/** A stack whose Import API answers its first request once it is released. */
async function holding() {
  let held = false;
  let release = (_status?: number): unknown => undefined;
  let received = "";
  const server = createServer(async (message, response) => {
    received += await text(message);
    if (held) return response.writeHead(201).end();
    held = true;
    release = (status = 201) => response.writeHead(status).end('{"message":"as asked"}');
    return undefined;
  });
  const api = await listen(server);
  const own = await startTestStack({ IMPORT_API_URL: api.url });
  open.push(own, api);
  return {
    own,
    untilHeld: () => vi.waitUntil(() => held, { timeout: 600_000 }),
    release: (status?: number) => release(status),
    received: () => received,
  };
}

describe("a delivery in flight", () => {
  it("is waited for, and the streamer starts from the bookmark that it commits", async () => {
    const { own, untilHeld, release, received } = await holding();
    const first = post(own, "waited", jsonline(record("t", { id: 1 }, ["id"]), bookmark(10)));
    await untilHeld();
    const running = persist([...to("waited", own), "--state", ...made], { ...env, N: "40" });
    await running.stderr.until(lines.waiting);
    release();
    expect((await first).status).toBe(200);
    const { code, stdout } = await running.ended;
    expect([code, stdout.trim().split("\n").at(-1)]).toEqual([0, "40"]);
    expect(received().match(/"id":\d+/g)?.[1]).toBe('"id":11');
  });

  it("of a slower `persist` on stdin makes the second one end with 5: nothing goes back", async () => {
    const { own, untilHeld, release, received } = await holding();
    const first = persist(to("overlapping", own), env);
    first.child.stdin.end(body(7));
    await untilHeld();
    // People see which segment of its run is in flight.
    expect(await (await get(own, "/v1/streamers/overlapping")).json()).toMatchObject({
      inFlight: { segment: 1 },
    });
    const second = persist(to("overlapping", own), env);
    second.child.stdin.write(body(3));
    await second.stderr.until(lines.waiting);
    release();
    expect(await first.ended).toMatchObject({ code: 0, stdout: '{"at":7}\n' });
    // It prints what is committed, so that a caller who keeps its last line has that.
    const { code, stdout, stderr } = await second.ended;
    expect([code, stdout]).toEqual([5, '{"at":7}\n']);
    expect(stderr).toContain("Another run has moved the streamer");
    expect(await (await getBookmark(own, "overlapping")).text()).toBe('{"at":7}');
    expect(received().match(/"id":\d+/g)).toEqual(['"id":7']);
  });

  it("that fails doesn't move the streamer, and stdin is sent", async () => {
    const { own, untilHeld, release } = await holding();
    const first = post(own, "failing", jsonline(record("t", { id: 1 }, ["id"]), bookmark(1)));
    await untilHeld();
    const { child, stderr, ended } = persist(to("failing", own), env);
    child.stdin.end(body(2));
    await stderr.until(lines.waiting);
    release(400);
    expect((await first).status).toBe(502);
    expect(await ended).toMatchObject({ code: 0, stdout: '{"at":2}\n' });
  });
});

it("a segment is retried though the stream has ended meanwhile", async () => {
  const server = await startScriptedServer([
    { status: 404, body: '{"code":"no-bookmark"}' },
    { status: 404, body: '{"code":"no-streamer"}' },
    { status: 503, body: "" },
    { status: 200, headers: { etag: '"1"' }, body: '{"at":1}\n' },
  ]);
  open.push(server);
  const args = ["--endpoint", server.url, "--streamer", "s"];
  expect(await persisted(args, body(1), env)).toMatchObject({ code: 0, stdout: '{"at":1}\n' });
  expect(server.requests.map(({ method }) => method)).toEqual(["GET", "GET", "POST", "POST"]);
});

describe("Ctrl-C", () => {
  it("waits for the segment in flight, and prints its bookmark", async () => {
    const { own, untilHeld, release } = await holding();
    const running = persist(to("interrupted", own), env);
    const { child } = running;
    child.stdin.write(body(1));
    await untilHeld();
    child.kill("SIGINT");
    await running.stderr.until(lines.interrupted);
    release();
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout]).toEqual([130, '{"at":1}\n']);
    expect(stderr).toContain("What was committed stays committed");
    expect(await (await getBookmark(own, "interrupted")).text()).toBe('{"at":1}');
  });

  it("a second time ends it at once", async () => {
    const { own, untilHeld, release } = await holding();
    const running = persist(to("hurried", own), env);
    const { child } = running;
    child.stdin.write(body(1));
    await untilHeld();
    child.kill("SIGINT");
    await running.stderr.until(lines.interrupted);
    child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain("What was committed stays committed");
    release();
  });
});

describe("a streamer that is run", () => {
  it.each(
    casesOf(
      [
        ["as its last argument", ["--bookmark-arg="]],
        ["after --state", ["--state"]],
        ["after --bookmark-arg", ["--bookmark-arg=--from"]],
      ],
      3,
    ),
  )("gets the last bookmark's file %s, and continues from there", async (name, args) => {
    const own = name.replaceAll(/[^a-z]/g, "");
    for (const N of ["25", "40"]) {
      const { code, stdout } = await persisted([...to(own), ...args, ...made], "", { ...env, N });
      expect([code, stdout.trim().split("\n").at(-1)]).toEqual([0, N === "25" ? "20" : "40"]);
    }
    const { headers } = await getBookmark(stack, own);
    expect(headers.get("etag")).toBe('"2"');
  });

  it("is terminated when its output is refused, though it would print without end", async () => {
    const script = `printf '{"type":"RECORD"}\\n{"type":"STATE","value":1}\\n'; sleep 600`;
    const { code, stderr } = await persisted([...to("refused"), "--", "sh", "-c", script], "", env);
    expect([code, stderr]).toEqual([3, expect.stringContaining("line 1")]);
  });

  it("is killed with `persist` even if it ignores SIGTERM", async () => {
    const script =
      `trap "" TERM; echo $$ > ${join(dir, "pid")}; printf '{"type":"STATE","value":1}\\n'; while :; ` +
      "do sleep 1; done";
    const { child, stdout, ended } = persist([...to("stubborn"), "--", "sh", "-c", script], env);
    await stdout.until("\n");
    child.kill("SIGTERM");
    expect((await ended).code).toBe(128 + 15);
    const pid = Number(await readFile(join(dir, "pid"), "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("does not see the token", async () => {
    const script = `env > ${join(dir, "env")}`;
    await persisted([...to("nosy"), "--", "sh", "-c", script], "", { ...env, STITCH_TOKEN: "t", OWN: "1" });
    const seen = await readFile(join(dir, "env"), "utf8");
    expect(seen).toContain("OWN=1");
    expect(seen).not.toContain("TOKEN");
  });

  it("ends the run with 6 if it fails", async () => {
    const { code, stderr } = await persisted([...to("failing"), ...made], "", { ...env, FAIL: "1" });
    expect([code, stderr]).toEqual([6, expect.stringContaining("exited with 7")]);
    const none = await persisted([...to("failing"), "--", "no-such-program"], "", env);
    expect([none.code, none.stderr]).toEqual([
      6,
      expect.stringContaining("no-such-program can't be started"),
    ]);
  });
});

it("is killed repeatedly and run until it is done: all rows, and the last bookmark", async () => {
  const own = await startTestStack();
  open.push(own);
  const N = "50000";
  let kills = 0;
  for (;;) {
    const { child, stdout, ended } = persist([...to("killed", own), "--state", ...made], { ...env, N });
    child.stdin.end();
    const isKilled = kills < 2;
    // Somewhere in a segment: perhaps some are committed.
    if (isKilled) {
      // A later run may have nothing left to do, and ends without a line.
      await stdout.until("\n").catch(() => ended);
      child.kill("SIGKILL");
      kills++;
    }
    const { code } = await ended;
    if (code === 0) break;
    expect(isKilled).toBe(true);
    expect(code).toBeNull();
  }
  expect(await (await getBookmark(own, "killed")).text()).toBe(N);
  expect((await rows(own, "select count(*), count(distinct id) from made")).rows).toEqual([[N, N]]);
});

describe("ends with", () => {
  const nowhere = ["--endpoint", "http://127.0.0.1:1", "--streamer", "s"];
  it.each(
    casesOf(
      [
        [2, "no endpoint", [], env, "PERSIST_ENDPOINT"],
        [2, "an endpoint without a scheme", ["--endpoint", "localhost:1"], env, "Is it http://localhost:1?"],
        [2, "no token", nowhere, {}, "PERSIST_TOKEN"],
        [2, "an impossible token", nowhere, { PERSIST_TOKEN: "a\nb" }, "no token has"],
        [2, "an unknown flag", ["--endpont", "x"], env, "--endpont"],
        [2, "an unknown word", ["sync"], env, "persist --help"],
      ],
      3,
    ),
  )("%d for %s", async (exit, _, args, given, sentence) => {
    const { code, stderr } = await persisted(args, "", given);
    expect([code, stderr]).toEqual([exit, expect.stringContaining(sentence)]);
    expect(stderr).not.toContain("    at ");
  });

  it("4 for an account's wrong token", async () => {
    const api = await startScriptedServer([{ status: 401, body: '{"message":"Not Authorized"}' }]);
    open.push(api);
    const { code, stderr } = await persisted(["-C", "1", "-T", "t"], body(1), { IMPORT_API_URL: api.url });
    expect([code, stderr]).toEqual([4, expect.stringContaining("Are -C and -T right")]);
  });

  it("5 if another run was faster", async () => {
    const args = await scripted(
      response => response.setHeader("etag", '"1"').end("1"),
      response => response.setHeader("etag", '"1"').end("{}"),
      response => response.writeHead(412).end('{"code":"precondition-failed","detail":"moved"}'),
    );
    const { code, stderr } = await persisted(args, body(1), env);
    expect([code, stderr]).toEqual([5, expect.stringContaining("Another run has moved")]);
  });

  it("4 for a wrong token", async () => {
    const { code, stderr } = await persisted(to("s"), body(1), { PERSIST_TOKEN: "wrong" });
    expect([code, stderr]).toEqual([4, expect.stringContaining("401 unauthorized")]);
  });
});

describe("directly to the Import API", () => {
  it("forwards, and prints the bookmarks, as the first Persister did", async () => {
    const api = await startScriptedServer([{ status: 201 }]);
    open.push(api);
    const args = ["-C", "4242", "-T", "at_x"];
    const { code, stdout } = await persisted(args, body(7), { IMPORT_API_URL: api.url });
    expect([code, stdout]).toEqual([0, '{"at":7}\n']);
    expect(api.requests[0]!.headers.authorization).toBe("Bearer at_x");
    expect(api.requests[0]!.body.toString()).toContain('"client_id":4242');
  });

  it("reports only the faulty line, numbered in the whole stream", async () => {
    const api = await startScriptedServer([{ status: 201 }]);
    open.push(api);
    const many = Array.from({ length: 2_200 }, (_, id) => [
      record("direct", { id, text: "some words that take room ".repeat(200) }, ["id"]),
      ...(id % 100 === 99 ? [bookmark(id)] : []),
    ]).flat();
    const { code, stderr } = await persisted(["-C", "1", "-T", "t"], jsonline(...many, "x"), {
      IMPORT_API_URL: api.url,
    });
    expect(code).toBe(3);
    expect(stderr.match(/line \d+/g)).toEqual([`line ${many.length + 4}`]);
  });

  it("runs a streamer, too", async () => {
    const api = await startScriptedServer([{ status: 201 }]);
    open.push(api);
    const args = ["-C", "4242", "-T", "at_x", ...made];
    const given = { IMPORT_API_URL: api.url, N: "20" };
    expect(await persisted(args, "", given)).toMatchObject({ code: 0, stdout: "20\n" });
  });

  it("prints no bookmark whose records were not accepted", async () => {
    const api = await startScriptedServer([{ status: 400, body: '{"error":"no"}' }]);
    open.push(api);
    const { code, stdout, stderr } = await persisted(["-C", "1"], body(7), {
      IMPORT_API_URL: api.url,
      STITCH_TOKEN: "t",
    });
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("rejected");
  });
});

describe("without sending, persist", () => {
  it("gets, sets and deletes a bookmark, and shows its history and the deliveries", async () => {
    await post(stack, "looked-at", body(1));
    const run = async (...args: string[]) => (await commanded([...args, ...to("looked-at")], env)).stdout;
    expect((await run("bookmark", "get")).trim()).toBe('{"at":1}');
    expect(JSON.parse(await run("bookmark", "set", '{"at":0}'))).toMatchObject({
      revision: 2,
      bookmark: { at: 0 },
    });
    expect(JSON.parse(await run("bookmark", "history", "--json"))).toMatchObject({
      history: [{ by: "rewind" }, { by: "delivery" }],
    });
    expect(await run("bookmark", "history")).toMatch(
      /^revision .*\n +2 .* set +\{"at":0\}\n +1 .*\{"at":1\}$/,
    );
    expect(JSON.parse(await run("bookmark", "forget"))).toMatchObject({ revision: 3 });
    const { deliveries } = JSON.parse(await run("deliveries", "--json"));
    expect(deliveries).toMatchObject([{ outcome: "committed" }]);
    const id = deliveries[0].delivery;
    expect(await run("deliveries")).toMatch(new RegExp(`  ${id}$`));
    expect(await run("deliveries", id)).toMatch(/\nrecords +1\n/);
    expect(JSON.parse(await run("deliveries", id, "--json"))).toMatchObject({ delivery: id, records: 1 });
  });

  it("sets one value of a bookmark, as the type that it has", async () => {
    await post(stack, "spliced", transit('["^ ","~:type","BOOKMARK","~:value",["^ ","~:at",1,"~:on",2]]'));
    await commanded(["bookmark", "set", "--at", "/2", "10", ...to("spliced")], env);
    const answer = await getBookmark(stack, "spliced");
    expect([answer.headers.get("content-type"), (await answer.text()).trim()]).toEqual([
      expect.stringContaining("application/transit+json"),
      '["^ ","~:at",10,"~:on",2]',
    ]);
  });

  it("shows which streamers need attention, and why", async () => {
    const own = await startTestStack();
    open.push(own);
    await post(own, "well", body(1));
    const refused = jsonline(record("t", { id: null }, ["id"]), bookmark(2));
    expect((await post(own, "ill", refused)).status).toBe(422);
    const given = { ...env, PERSIST_ENDPOINT: own.url, PERSIST_STREAMER: "well" };
    const run = async (...args: string[]) => (await commanded(args, given)).stdout;
    const said = await run("status");
    expect(said).toMatch(
      /^1 of 2 streamers needs attention\.\n\nstreamer .*\nill +failing .*\nwell +up to date /,
    );
    expect(said).toMatch(/\nill failed .*: invalid-records, line 4, field id, stream t: the key is null/);
    expect(said).toMatch(/\n {2}What to do: .*\n {2}persist deliveries [0-9a-f-]{36} --streamer ill$/);
    expect(JSON.parse(await run("status", "--json"))).toMatchObject({
      streamers: [{ streamer: "ill", lastFailure: { line: 4 } }, { streamer: "well" }],
    });
    expect(await run("status", "--streamer", "ill")).toMatch(/^ill\nstate +failing\n.*\nwhat to do +\S/s);
    expect(await run("streamers")).toMatch(/^streamer .*\nill +failing .*\nwell +up to date .* 1 +1 +1$/);
  });

  it("gets and sets a streamer's settings, and says what is wrong with others", async () => {
    const run = (...args: string[]) => persisted(["settings", ...args, ...to("set-up")], "", env);
    expect((await run("get")).stdout).toBe("{}\n");
    expect((await run("set", '{"expectedEvery":"PT1H"}')).stdout).toBe('{"expectedEvery":"PT1H"}\n');
    expect((await run("get")).stdout).toBe('{"expectedEvery":"PT1H"}\n');
    const { code, stderr } = await run("set", '{"every":"PT1H"}');
    expect([code, stderr]).toEqual([exits.refused, expect.stringContaining("`every` is not a setting")]);
    expect((await run("set")).code).toBe(exits.usageError);
  });

  it("prefers flags to the environment, and the environment to persist.json", async () => {
    await post(stack, "from-file", body(1));
    await post(stack, "from-env", body(2));
    await writeFile(
      join(dir, "persist.json"),
      JSON.stringify({ endpoint: stack.url, streamer: "from-file", token }),
    );
    const get = async (args: string[], given: NodeJS.ProcessEnv) =>
      (await persisted(["bookmark", "get", ...args], "", given, dir)).stdout;
    expect(await get([], {})).toBe('{"at":1}\n');
    expect(await get([], { PERSIST_STREAMER: "from-env" })).toBe('{"at":2}\n');
    expect(await get(["--streamer", "from-file"], { PERSIST_STREAMER: "from-env" })).toBe('{"at":1}\n');
  });

  it("has a page that names every exit code and setting", async () => {
    const page = await readFile(new URL("../../docs/persist.md", import.meta.url), "utf8");
    const listed = [...page.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code));
    expect(listed).toEqual([0, ...Object.values(exits)]);
    const { stdout } = await persisted(["--help"], "");
    for (const [, name] of page.matchAll(/`(--[a-z-]+|PERSIST_\w+|IMPORT_API_URL|STITCH_TOKEN)`/g))
      expect(stdout).toContain(name);
  });

  it("has help for every command and flag", async () => {
    const { code, stdout } = await persisted(["--help"], "");
    expect(code).toBe(0);
    for (const word of ["--endpoint", "--state", "bookmark get", "check FILE", "Exit codes", "-C"])
      expect(stdout).toContain(word);
  });
});
