import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getBookmark, rows, token, useStack } from "../endpoint/local-stack.ts";
import { type ScriptedServer, type Step, startScriptedServer } from "../import-api/scripted-server.ts";

/** Runs the script of docs/api.md word for word. */
const page = await readFile(new URL("../../docs/api.md", import.meta.url), "utf8");
const script = /^```sh run\.sh\n(.*?)^```$/ms.exec(page)![1]!;
const stack = useStack();
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-safe-run-"));
  await writeFile(join(dir, "run.sh"), script);
  await writeFile(
    join(dir, "streamer"),
    `#!/bin/sh
echo "run $*" >> streamer.log
from=$(cat "$1" 2>/dev/null || echo 0)
test -z "$FAIL" || exit 7
for id in $((from + 1)) $((from + 2)); do
  echo '{"type":"RECORD","stream":"made","key_properties":["id"],"record":{"id":'$id'}}'
done
echo '{"type":"STATE","value":'$id'}'
`,
  );
  await chmod(join(dir, "streamer"), 0o755);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function run(url: string, env: Record<string, string> = {}) {
  await writeFile(join(dir, "streamer.log"), "");
  const child = spawn("sh", ["run.sh"], {
    cwd: dir,
    env: { PATH: process.env.PATH, URL: url, TOKEN: token, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", text => {
    stdout += String(text);
  });
  child.stderr.on("data", text => {
    stderr += String(text);
  });
  const code = await new Promise(resolve => child.once("close", resolve));
  const starts = (await readFile(join(dir, "streamer.log"), "utf8")).split("\n").filter(Boolean);
  return { code, stdout, stderr, starts };
}

async function scripted<T>(
  steps: [Step, ...Step[]],
  work: (server: ScriptedServer) => Promise<T>,
): Promise<T> {
  const server = await startScriptedServer(steps);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

const problem = (status: number, code: string) => ({
  status,
  body: JSON.stringify({ code, detail: "as asked" }),
});
const committed: Step = { status: 200, headers: { etag: '"3"' }, body: "3" };

describe("the safe run with curl", () => {
  it("starts from the beginning once, and then from the bookmark", async () => {
    const first = await run(stack().url);
    expect(first).toMatchObject({ code: 0, starts: ["run "] });
    expect(JSON.parse(first.stdout)).toMatchObject({ revision: 1, records: 2, bookmark: 2 });
    const second = await run(stack().url);
    expect([second.code, second.starts]).toEqual([0, [expect.stringMatching(/^run .*\/bookmark$/)]]);
    expect(await (await getBookmark(stack(), "github")).text()).toBe("4");
    expect((await rows(stack(), "select count(*) from made")).rows).toEqual([["4"]]);
  });

  it.each<[name: string, step: Step]>([
    ["401", problem(401, "unauthorized")],
    ["403", problem(403, "forbidden")],
    ["404 of a wrong URL", { status: 404, body: '{"message":"Not Found"}' }],
    ["404 with another code", problem(404, "no-streamer")],
    ["503", problem(503, "store-unavailable")],
    ["503 of a gateway", { status: 503, body: "Service Unavailable" }],
    ["a connection that breaks", "drop-before"],
  ])("runs no streamer at %s", async (_, step) => {
    const { code, starts, stderr } = await scripted([step], ({ url }) => run(url));
    expect([code, starts]).toEqual([expect.any(Number), []]);
    expect(code).not.toBe(0);
    expect(stderr).not.toBe("");
  });

  it("runs no streamer at a closed port", async () => {
    const closed = await scripted(["drop-before"], async ({ url }) => url);
    const { code, starts, stderr } = await run(closed);
    expect([code, starts]).toEqual([7, []]);
    expect(stderr).toContain("Failed to connect");
  });

  it("sends with If-Match, and retries under the same key", async () => {
    const busy: Step = { ...problem(503, "store-unavailable"), headers: { "retry-after": "0" } };
    await scripted([committed, busy, { status: 200, body: "{}" }], async ({ url, requests }) => {
      expect(await run(url)).toMatchObject({ code: 0, stdout: "{}" });
      const [, first, second] = requests;
      expect(first!.headers["if-match"]).toBe('"3"');
      expect(first!.headers["idempotency-key"]).toMatch(/^\d+-\d+$/);
      expect(second!.headers["idempotency-key"]).toBe(first!.headers["idempotency-key"]);
      expect(second!.body.equals(first!.body)).toBe(true);
    });
  });

  it.each([409, 412, 422])("reports what is wrong at %d, and can be run again", async status => {
    const { code, stderr } = await scripted([committed, problem(status, "some-code")], ({ url }) => run(url));
    expect([code, stderr]).toEqual([1, expect.stringContaining("some-code")]);
  });

  it("sends nothing from a streamer that failed", async () => {
    await scripted([committed], async ({ url, requests }) => {
      expect(await run(url, { FAIL: "1" })).toMatchObject({ code: 7 });
      expect(requests).toHaveLength(1);
    });
  });
});
