import { createServer } from "node:http";
import { expect, it } from "vitest";
import { listen } from "../../infra/local/listen.ts";
import { get, token as owner, useStack } from "../endpoint/local-stack.ts";
import { casesOf } from "../runs.ts";
import { persisted } from "./program.ts";

/** `persist token`, as typed, against the whole stack. */
const stack = useStack();
const run = (args: readonly string[], as = owner, url = stack().url) =>
  persisted(["token", ...args, "--endpoint", url], "", { PERSIST_TOKEN: as });

it("creates a token that is shown once, lists it, and revokes it", async () => {
  const created = await run([
    ...["create", "--streamer", "github", "--scope", "write,read", "--expires", "90d"],
  ]);
  expect(created).toMatchObject({ code: 0, stderr: "" });
  const [, id, token] = /token ([0-9a-f]{10}), .*\n\n {2}(persister_[\w-]{43})\n/.exec(created.stdout)!;
  const open = () => get(stack(), "/v1/streamers", { authorization: `Bearer ${token}` });
  expect((await open()).status).toBe(200);
  const ends = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  const { stdout } = await run(["list"]);
  expect(stdout.split("\n")[0]).toMatch(/^id +streamer +scopes +created +expires +last used +live$/);
  expect(stdout.split("\n")[1]).toMatch(new RegExp(`^${id} +github +write,read .* ${ends} +\\S+ +yes$`));
  expect(stdout).not.toContain(token);
  const json = await run(["list", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ tokens: [{ id, streamer: "github", live: true }] });
  expect(await run(["revoke", id!])).toMatchObject({ code: 0, stdout: `The token ${id} is revoked.\n` });
  expect((await open()).status).toBe(401);
  const gone = await run(["revoke", id!]);
  expect([gone.code, gone.stderr]).toEqual([3, expect.stringContaining(`There is no token ${id}.`)]);
});

it("lists every page", async () => {
  const asked: string[] = [];
  const { url, close } = await listen(
    createServer((message, response) => {
      asked.push(message.url!);
      const id = `t${asked.length}`;
      const token = { id, streamer: "*", scopes: ["read"], createdAt: "2026-11-26T00:00:00Z", live: true };
      response.end(JSON.stringify({ tokens: [token], next: asked.length < 3 ? `after-${id}` : undefined }));
    }),
  );
  const { tokens } = JSON.parse((await run(["list", "--json"], owner, url)).stdout) as {
    tokens: { id: string }[];
  };
  expect(tokens.map(({ id }) => id)).toEqual(["t1", "t2", "t3"]);
  expect(asked).toEqual(
    ["", "&after=after-t1", "&after=after-t2"].map(more => `/v1/tokens?limit=100${more}`),
  );
  await close();
});

it("ends with 4 for a token that may not, and prints JSON for programs", async () => {
  const own = await run(["create", "--streamer", "drift", "--scope", "admin,read", "--json"]);
  const { token, id } = JSON.parse(own.stdout) as { token: string; id: string };
  const refused = [
    await run(["create", "--streamer", "drift", "--scope", "write"], token),
    await run(["create", "--streamer", "*", "--scope", "read"], token),
    await run(["list"], "wrong"),
  ];
  expect(refused.map(({ code }) => code)).toEqual([4, 4, 4]);
  expect(refused[0]!.stderr).toContain("cannot give the scope `write` on the streamer drift");
  expect((await run(["revoke", id], token)).code).toBe(0);
});

it.each(
  casesOf(
    [
      [["create", "--streamer", "github"], "--scope is required: one or more of write, read and admin."],
      [["create", "--scope", "read"], "--streamer is required: a streamer's name, or '*' for all."],
      [
        ["create", "--streamer", "github", "--scope", "read", "--expires", "soon"],
        "--expires must be a number of days, such as 90d, not soon.",
      ],
      [["create", "--streamer", "Git", "--scope", "read"], '--streamer is "Git": names are in lower case.'],
      [["revoke"], "persist token revoke <id>"],
      [[], "persist token create"],
    ],
    3,
  ),
)("says what is wrong with %j", async (args, sentence) => {
  const { code, stderr } = await run(args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
});

it("refuses an unknown scope, and a third live token, with 3", async () => {
  const unknown = await run(["create", "--streamer", "github", "--scope", "all"]);
  expect([unknown.code, unknown.stderr]).toEqual([
    3,
    expect.stringContaining("one of write, read and admin"),
  ]);
});

it("does not repeat a creation whose answer is lost, and repeats a revocation", async () => {
  const asked: string[] = [];
  const { url, close } = await listen(
    createServer((message, response) => {
      asked.push(String(message.method));
      if (message.method === "POST" || asked.length === 2) return void message.socket.destroy();
      response.writeHead(404, { "content-type": "application/problem+json" }).end('{"code":"no-token"}');
    }),
  );
  const created = await run(["create", "--streamer", "github", "--scope", "read"], owner, url);
  expect([created.code, created.stderr]).toEqual([
    5,
    expect.stringContaining("The token may have been created: see persist token list"),
  ]);
  expect(await run(["revoke", "3f9a1c07de"], owner, url)).toMatchObject({
    code: 0,
    stdout: "The token 3f9a1c07de is revoked.\n",
  });
  expect(asked).toEqual(["POST", "DELETE", "DELETE"]);
  await close();
});
