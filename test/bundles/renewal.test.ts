import { afterAll, beforeAll, expect, it } from "vitest";
import { runReserveMillisecondsMin } from "../../functions/persister/limits.ts";
import { readScheduled } from "../../infra/local/schedules.ts";
import { type LocalStack, rows, startTestStack } from "../endpoint/local-stack.ts";
import * as ofDrift from "../streamers/drift-stand-in.ts";
import type { StandIn } from "../streamers/stand-in.ts";
import { environmentOf } from "./bundles.ts";
import { Lambda } from "./lambda.ts";
import { startSecretsManager } from "./secrets-manager.ts";

/** Drift's streamer on a schedule, as deployed: it stores the renewed refresh token in its own secret. */
const held: ofDrift.Held = {
  conversations: [],
  messages: new Map(),
  contacts: new Map(),
  accounts: [],
  tokens: new Set(),
};
const others = { NOTE: 'ä "quoted"', DRIFT_CREDENTIALS_FILE: "/nowhere/of-a-laptop" };
let secret: Record<string, string>;
let puts: string[] = [];
let mayPut = true;
let standIn: StandIn;
let stack: LocalStack;
let lambda: Lambda;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  standIn = await ofDrift.startDrift(held);
  secret = { ...others, ...ofDrift.app, DRIFT_API_URL: standIn.url };
  const manager = await startSecretsManager(
    id => (id === "accounts" ? { default: { clientId: 4242, token: "sandbox-token" } } : secret),
    (id, value) => {
      if (!mayPut) throw new Error("not allowed");
      puts.push(id);
      secret = JSON.parse(value) as typeof secret;
    },
  );
  const listed = await readScheduled(new URL("../../serverless.yml", import.meta.url));
  const { command, credentials, renewed } = listed.find(({ streamer }) => streamer === "drift")!;
  stack = await startTestStack(
    {},
    {
      lambda: async place => {
        lambda = new Lambda({
          ...environmentOf(place, manager.url),
          STREAMER: "drift",
          COMMAND: command,
          CREDENTIALS: credentials.join(" "),
          RENEWED: renewed.join(" "),
          CREDENTIALS_SECRET_ARN: "of-drift",
          START_ROLE_ARN: "arn:aws:iam::123456789012:role/start",
          DEAD_LETTERS_ARN: "arn:aws:sqs:us-east-1:123456789012:dead-letters",
        });
        return { handlerOf: () => async () => "", close: () => lambda.close() };
      },
    },
  );
  open.push(stack, manager, standIn);
});
afterAll(async () => {
  for (const part of open) await part.close();
});

const run = () => lambda.invoke("schedule", {} as never, runReserveMillisecondsMin + 60_000);

it("each run stores the new token before its first request, and changes only that", async () => {
  for (let ran = 1; ran <= 3; ran++) {
    puts = [];
    let before: string | undefined;
    standIn.beforeNext(/inboxes/, () => {
      before = secret.DRIFT_REFRESH_TOKEN;
    });
    await run();
    const token = `refresh${"+".repeat(ran)}`;
    expect([before, puts]).toEqual([token, ["of-drift"]]);
    expect(secret).toEqual({
      ...others,
      ...ofDrift.app,
      DRIFT_API_URL: standIn.url,
      DRIFT_REFRESH_TOKEN: token,
    });
  }
  expect((await rows(stack, "select count(*) from users")).rows).toEqual([["2"]]);
});

it("a run whose role may not write the secret fails before its first request", async () => {
  mayPut = false;
  const before = standIn.asked.length;
  const failure = await run().then(() => "", String);
  expect(failure).toContain("node exited with 1");
  expect(new Set(standIn.asked.slice(before))).toEqual(new Set(["/oauth2/token"]));
  expect(failure).not.toContain("refresh+");
});
