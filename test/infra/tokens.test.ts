import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get, type LocalStack, startTestStack } from "../endpoint/local-stack.ts";
import { casesOf } from "../runs.ts";

/** `npm run token`, as typed, on a running stack. */
let stack: LocalStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());

const root = new URL("../../", import.meta.url).pathname;

function run(args: readonly string[], env: NodeJS.ProcessEnv = { DATA_DIR: stack.dataDir }) {
  return new Promise<{ code: number | null; said: string }>(resolve => {
    const child = spawn(process.execPath, ["--import", "tsx", "infra/tokens/run.ts", ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", ...env },
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", text => (said += String(text)));
    child.on("close", code => resolve({ code, said }));
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

it("creates a token that is shown once, lists it, and revokes it", async () => {
  const created = await run(["create", "--streamer", "github", "--scope", "write,read", "--expires", "90d"]);
  expect(created.code).toBe(0);
  const [, id, token] = /token ([0-9a-f]{10}), .*\n\n {2}(persister_[\w-]{43})\n/.exec(created.said)!;
  const open = () => get(stack, "/v1/streamers", bearer(token!));
  expect((await open()).status).toBe(200);
  const listed = await run(["list"]);
  const ends = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  for (const word of [id!, "github", "write,read", ends, "true"]) expect(listed.said).toContain(word);
  expect(listed.said).not.toContain(token!);
  expect(await run(["revoke", id!])).toEqual({ code: 0, said: `The token ${id} is revoked.\n` });
  expect((await open()).status).toBe(401);
  expect(await run(["list"])).toEqual({ code: 0, said: "There is no token.\n" });
});

describe("reports in a sentence", () => {
  it.each(
    casesOf(
      [
        [["create"], "--streamer must be a streamer's name"],
        [["create", "--streamer", "Git Hub"], "--streamer must be a streamer's name"],
        [["create", "--streamer", "github", "--scope", "all"], "--scope must be one or more"],
        [
          ["create", "--streamer", "*", "--scope", "read", "--expires", "soon"],
          "--expires must be a number of days",
        ],
        [["create", "--stremer", "github"], "Unknown option '--stremer'"],
        [["revoke", "nobody"], "There is no token nobody."],
        [["revoke"], "npm run token -- create"],
        [[], "npm run token -- create"],
      ],
      4,
    ),
  )("what is wrong with %j", async (args, sentence) => {
    const { code, said } = await run(args);
    expect([code, said]).toEqual([1, expect.stringContaining(sentence)]);
    expect(said).not.toContain("    at ");
  });

  it("that no stack runs", async () => {
    const { code, said } = await run(["list"], { DATA_DIR: "/nowhere" });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^No local stack runs on \/nowhere\. Start one: npm start/),
    ]);
  });
});
