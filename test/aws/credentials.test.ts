import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { secretsClient } from "../../functions/aws/clients.ts";
import { secretCredentials } from "../../functions/aws/credentials.ts";
import { serveCredentials } from "../../functions/program/credential-server.ts";
import type { Credentials } from "../../functions/program/streaming.ts";
import { startSecretsManager } from "../bundles/secrets-manager.ts";

/** A streamer's secret: a run reads it, and replaces the members that their use renews. */
let secret: unknown;
let puts: number;
let mayPut: boolean;
const open: { close(): unknown }[] = [];
let credentials: Credentials;
beforeEach(async () => {
  secret = { TOKEN: "old", OTHER: "kept" };
  puts = 0;
  mayPut = true;
  const manager = await startSecretsManager(
    () => secret,
    (_id, value) => {
      puts++;
      if (!mayPut) throw new Error("not allowed");
      secret = JSON.parse(value);
    },
  );
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.url);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "local");
  credentials = secretCredentials(secretsClient("us-east-1"), "of-made", ["TOKEN"]);
  open.push(manager);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const each of open.splice(0)) await each.close();
});

async function served() {
  const server = await serveCredentials({ ...credentials, replace: credentials.replace! });
  open.push(server);
  const put = (body: string, url = server.url) => fetch(url, { method: "PUT", body });
  return { url: server.url, put };
}

it("a program neither reads nor replaces its Import API account, which stays", async () => {
  const PERSISTER_ACCOUNT = { clientId: 7, token: "own" };
  secret = { TOKEN: "old", PERSISTER_ACCOUNT };
  const { url, put } = await served();
  expect(await credentials.read()).toEqual({ TOKEN: "old" });
  expect(await (await fetch(url)).json()).toEqual({ TOKEN: "old" });
  expect((await put('{"TOKEN":"new"}')).status).toBe(204);
  expect((await put('{"PERSISTER_ACCOUNT":"other"}')).status).toBe(422);
  expect(secret).toEqual({ TOKEN: "new", PERSISTER_ACCOUNT });
});

it("a program reads it and replaces a member that it may renew, and no other member", async () => {
  const { url, put } = await served();
  expect(await (await fetch(url)).json()).toEqual({ TOKEN: "old", OTHER: "kept" });
  secret = { TOKEN: "old", OTHER: "changed", NEW: "ä" };
  expect((await put('{"TOKEN":"new"}')).status).toBe(204);
  expect(secret).toEqual({ TOKEN: "new", OTHER: "changed", NEW: "ä" });
  expect(await (await fetch(url)).json()).toHaveProperty("TOKEN", "new");
});

it("nothing else is replaced, and a caller without the path gets no answer", async () => {
  const { url, put } = await served();
  const other = await put('{"TOKEN":"new","OTHER":"x"}');
  expect([other.status, await other.text()]).toEqual([422, "A run may renew TOKEN, but not OTHER."]);
  for (const body of ["", "[1]", "null", '{"TOKEN":1}']) expect((await put(body)).status).toBe(400);
  expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(405);
  for (const path of ["/", `${new URL(url).pathname}0`])
    expect((await fetch(new URL(path, url))).status).toBe(404);
  expect([puts, secret]).toEqual([0, { TOKEN: "old", OTHER: "kept" }]);
});

it("a role without permission to write is named, and the write is not retried", async () => {
  mayPut = false;
  const { put } = await served();
  const answer = await put('{"TOKEN":"secret-value"}');
  const text = await answer.text();
  expect([answer.status, text]).toEqual([
    422,
    expect.stringContaining("of-made can't be written (AccessDenied"),
  ]);
  expect([text.includes("secret-value"), puts]).toEqual([false, 1]);
});

it("a streamer whose credentials are not renewed can't write", () => {
  expect(secretCredentials(secretsClient("us-east-1"), "of-made", [])).not.toHaveProperty("replace");
});
