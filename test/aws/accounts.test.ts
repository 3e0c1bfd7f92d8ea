import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownAccount, secretAccounts } from "../../functions/aws/accounts.ts";
import { type ScriptedServer, type Step, startScriptedServer } from "../import-api/scripted-server.ts";

/** The Import API's accounts in a secret: the SDK's own client, against a stand-in for Secrets Manager. */
const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:accounts";
const open: ScriptedServer[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const server of open.splice(0)) await server.close();
});

const secret = (value: unknown): Step => ({
  status: 200,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: JSON.stringify({ ARN: arn, SecretString: typeof value === "string" ? value : JSON.stringify(value) }),
});
const gone: Step = { status: 400, body: '{"__type":"ResourceNotFoundException","message":"no value"}' };
const account = (clientId: number, token: string) => ({ clientId, token });

async function accountsIn(...steps: [Step, ...Step[]]) {
  const server = await startScriptedServer(steps);
  open.push(server);
  const client = new SecretsManagerClient({
    region: "us-east-1",
    endpoint: server.url,
    credentials,
    maxAttempts: 1,
  });
  return { accounts: secretAccounts(client, arn), reads: () => server.requests.length };
}

describe("an account", () => {
  it("is the streamer's own, or else the shared one", async () => {
    const { accounts, reads } = await accountsIn(
      secret({ default: account(1, "a"), github: account(2, "b") }),
    );
    const found = await Promise.all(["drift", "github", "toString"].map(streamer => accounts.of(streamer)));
    expect(found).toEqual([account(1, "a"), account(2, "b"), account(1, "a")]);
    expect(reads()).toBe(1);
  });

  it("may be a database, whose schema and changes have defaults", async () => {
    const postgres = "postgres://u@h/d";
    const { accounts } = await accountsIn(
      secret({ default: { postgres }, drift: { postgres, schema: "drift", onSchemaChange: "freeze" } }),
    );
    expect(await accounts.of("github")).toEqual({ postgres, schema: "public", onSchemaChange: "evolve" });
    expect(await accounts.of("drift")).toEqual({ postgres, schema: "drift", onSchemaChange: "freeze" });
  });

  it("is read again after five minutes, and kept while it can't be read", async () => {
    const { accounts, reads } = await accountsIn(
      secret({ default: account(1, "a") }),
      gone,
      secret({ default: account(1, "b") }),
    );
    for (const [minutes, token, read] of [
      [0, "a", 1],
      [4, "a", 1],
      [2, "a", 2],
      [0, "a", 2],
      [1, "b", 3],
      [4, "b", 3],
    ] as const) {
      vi.setSystemTime(Date.now() + minutes * 60_000);
      expect(await accounts.of("s")).toEqual(account(1, token));
      expect(reads()).toBe(read);
    }
  });

  it("is read again when its token is refused, once for all deliveries in flight", async () => {
    const { accounts, reads } = await accountsIn(
      secret({ default: account(1, "old") }),
      secret({ default: account(1, "new") }),
    );
    await accounts.of("s");
    const newer = await Promise.all([1, 2, 3].map(() => accounts.after("old", "s")));
    expect(newer).toEqual(Array(3).fill(account(1, "new")));
    expect(await accounts.after("old", "s")).toEqual(account(1, "new"));
    expect(reads()).toBe(2);
  });
});

describe("account-unavailable", () => {
  it.each([
    ["a secret without a value", gone],
    ["one that is not JSON", secret("hello")],
    ["one with the wrong structure", secret({ persisterToken: "x" })],
    ["one without an account for the streamer", secret({ github: account(2, "b") })],
  ])("%s", async (_, step) => {
    const { accounts } = await accountsIn(step);
    const error = await accounts.of("drift").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "account-unavailable" });
    expect(String((error as Error).message)).not.toMatch(/hello|persisterToken/);
  });
});

describe("a scheduled streamer's account", () => {
  const own = "own-secret";
  async function ownIn(sharedArn: string | undefined, ...steps: [Step, ...Step[]]) {
    const server = await startScriptedServer(steps);
    open.push(server);
    const client = new SecretsManagerClient({ region: "us-east-1", endpoint: server.url, credentials });
    const read = () => server.requests.map(({ body }) => JSON.parse(body.toString()).SecretId as string);
    return { accounts: ownAccount(client, { arn: own, sharedArn }), read };
  }

  it.each([
    ["an object", account(7, "own")],
    ["its JSON text", JSON.stringify(account(7, "own"))],
  ])("is in its own secret, as %s, and the accounts' secret is not read", async (_, PERSISTER_ACCOUNT) => {
    const { accounts, read } = await ownIn(arn, secret({ TOKEN: "t", PERSISTER_ACCOUNT }));
    expect(await accounts.of("github")).toEqual(account(7, "own"));
    expect(read()).toEqual([own]);
  });

  it("is in the accounts' secret if its own has none, and it may use that", async () => {
    const shared = secret({ default: account(1, "a"), github: account(2, "b") });
    const { accounts, read } = await ownIn(arn, secret({ TOKEN: "t" }), shared);
    expect(await accounts.of("github")).toEqual(account(2, "b"));
    expect(read()).toEqual([own, arn]);
  });

  it("is asked for otherwise", async () => {
    const { accounts, read } = await ownIn(undefined, secret({ TOKEN: "t" }));
    await expect(accounts.of("github")).rejects.toMatchObject({
      code: "account-unavailable",
      message: "The secret own-secret has no PERSISTER_ACCOUNT.",
      details: { hint: expect.stringContaining("`sharedAccount: true`") },
    });
    expect(read()).toEqual([own]);
  });

  it("is read again once the Import API refuses its token", async () => {
    const [old, next] = ["old", "new"].map(token => secret({ PERSISTER_ACCOUNT: account(7, token) }));
    const { accounts } = await ownIn(undefined, old!, next!);
    await accounts.of("github");
    expect(await accounts.after("old", "github")).toEqual(account(7, "new"));
  });

  it.each(["{not JSON: a-secret", '{"PERSISTER_ACCOUNT":"{a-secret"}'])(
    "that is invalid is not quoted: %s",
    async text => {
      const { accounts } = await ownIn(undefined, secret(text));
      const failure = await accounts.of("github").catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "account-unavailable" });
      expect(String((failure as Error).cause)).not.toContain("a-secret");
    },
  );
});
