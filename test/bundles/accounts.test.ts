import { afterEach, expect, it } from "vitest";
import { readSettings } from "../../infra/local/settings.ts";
import { bookmark, jsonline, post, record, startTestStack, token } from "../endpoint/local-stack.ts";
import { type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import { bundlesFor } from "./bundles.ts";

/** A streamer's account, from the secret to the Import API, with the functions as deployed. */
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

async function stackOn(accounts: () => unknown, ...steps: [Step, ...Step[]]) {
  const api = await startScriptedServer(steps);
  const settings = readSettings({ PERSISTER_TOKEN: token });
  const stack = await startTestStack({ IMPORT_API_URL: api.url }, { lambda: bundlesFor(settings, accounts) });
  open.push(stack, api);
  return { stack, api };
}

const body = jsonline(record("t", { id: 1 }, ["id"]), bookmark(1));
const accepted: Step = { status: 201 };
const account = (clientId: number, secret: string) => ({ clientId, token: secret });

it("records are written to the streamer's own account, or to the shared one", async () => {
  const accounts = { default: account(1, "of-all"), github: account(2, "of-github") };
  const { stack, api } = await stackOn(() => accounts, accepted);
  for (const streamer of ["drift", "github"]) expect((await post(stack, streamer, body)).status).toBe(200);
  const sent = api.requests.map(({ headers, body: bytes }) => [
    headers.authorization,
    /"client_id":(\d+)/.exec(bytes.toString())?.[1],
  ]);
  expect(sent).toEqual([
    ["Bearer of-all", "1"],
    ["Bearer of-github", "2"],
  ]);
});

it("a token that the Import API refuses is read again, and the delivery continues with it", async () => {
  let secret = "old";
  const { stack, api } = await stackOn(
    () => ({ default: account(1, secret) }),
    accepted,
    { status: 401 },
    accepted,
  );
  await post(stack, "rotated", body);
  secret = "new";
  expect((await post(stack, "rotated", body)).status).toBe(200);
  expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer old",
    "Bearer old",
    "Bearer new",
  ]);
});

it("an account that is replaced during a delivery gets no record of it: 503", async () => {
  let current = account(1, "old");
  const { stack, api } = await stackOn(() => ({ default: current }), accepted, { status: 401 }, accepted);
  await post(stack, "moved", body);
  current = account(2, "new");
  const refused = await post(stack, "moved", jsonline(record("t", { id: 2 }), bookmark(2)));
  expect(await refused.json()).toMatchObject({ status: 503, code: "unavailable", revision: 1, bookmark: 1 });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer old", "Bearer old"]);
  expect((await post(stack, "moved", body)).status).toBe(200);
  expect(api.requests[2]!.headers.authorization).toBe("Bearer new");
});

it("without an account the body is archived, the answer is 503, and nothing is forwarded", async () => {
  const { stack, api } = await stackOn(() => ({ github: account(2, "of-github") }), accepted);
  const response = await post(stack, "drift", body);
  expect(await response.json()).toMatchObject({
    status: 503,
    code: "account-unavailable",
    archive: expect.stringMatching(/^s3:/),
  });
  expect(api.requests).toHaveLength(0);
});
