import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runReserveMillisecondsMin } from "../../functions/persister/limits.ts";
import { listen } from "../../infra/local/listen.ts";
import { type LocalStack, rows, startTestStack } from "../endpoint/local-stack.ts";
import { environmentOf } from "./bundles.ts";
import { Lambda } from "./lambda.ts";
import { startSecretsManager } from "./secrets-manager.ts";

/**
 * The function that runs a streamer, as deployed: the streamer is a process, and its credentials are in a
 * secret.
 */
const secrets: Record<string, unknown> = {
  accounts: { default: { clientId: 4242, token: "sandbox-token" } },
  "of-github": { N: "120", PAUSE_AFTER: "50" },
};
const asked: { path: string; body: unknown }[] = [];
let stack: LocalStack;
let lambda: Lambda;
const open: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  const scheduler = await listen(
    createServer(async (message, response) => {
      asked.push({ path: message.url!, body: await json(message) });
      // It is created once, and exists after that.
      response.writeHead(asked.length === 1 ? 200 : 409, {
        "content-type": "application/json",
        ...(asked.length > 1 && { "x-amzn-errortype": "ConflictException" }),
      });
      response.end(JSON.stringify(asked.length === 1 ? { ScheduleArn: "arn:made" } : { Message: "exists" }));
    }),
  );
  const manager = await startSecretsManager(id => secrets[id]);
  stack = await startTestStack(
    {},
    {
      lambda: async place => {
        lambda = new Lambda({
          ...environmentOf(place, manager.url),
          AWS_ENDPOINT_URL_SCHEDULER: scheduler.url,
          STREAMER: "github",
          COMMAND: "node test/cli/streamer.mjs",
          CREDENTIALS: "TOKEN|N+PAUSE_AFTER",
          CREDENTIALS_SECRET_ARN: "of-github",
          START_ROLE_ARN: "arn:aws:iam::123456789012:role/start",
          DEAD_LETTERS_ARN: "arn:aws:sqs:us-east-1:123456789012:dead-letters",
        });
        return { handlerOf: () => async () => "", close: () => lambda.close() };
      },
    },
  );
  open.push(stack, scheduler, manager);
});
afterAll(async () => {
  for (const part of open) await part.close();
});

/** As the last schedule that was made starts it, or the streamer's own one. */
const again = () => {
  const target = (asked.at(-1)?.body as { Target?: { Input?: string } } | undefined)?.Target;
  return JSON.parse(target?.Input ?? "{}") as never;
};
const run = (event = again()) => lambda.invoke("schedule", event, runReserveMillisecondsMin + 6_000);
const landed = async () => (await rows(stack, "select count(*) from made")).rows[0]![0];

it("runs until it has to stop, schedules another run, and continues there", async () => {
  await run();
  expect(await landed()).toBe("50");
  expect(asked).toEqual([
    {
      path: "/schedules/local",
      body: expect.objectContaining({
        ScheduleExpression: expect.stringMatching(/^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$/),
        ActionAfterCompletion: "DELETE",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: expect.objectContaining({
          Arn: "arn:aws:lambda:us-east-1:000000000000:function:local",
          RoleArn: "arn:aws:iam::123456789012:role/start",
          DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:123456789012:dead-letters" },
          Input: expect.stringMatching(/^\{"again":"[\w-]+"\}$/),
        }),
      }),
    },
  ]);
  // The streamer's own schedule finds the chain live.
  await run({} as never);
  expect(await landed()).toBe("50");
  // A run that is already scheduled is not a failure.
  await run();
  expect(await landed()).toBe("100");
  await run();
  expect(await landed()).toBe("120");
  expect(asked).toHaveLength(2);
});

it("fails if its secret lacks a required member, and reveals no value", async () => {
  secrets["of-github"] = { PAUSE_AFTER: "secret-value" };
  const failure = await run().then(() => "", String);
  expect(failure).toContain("The secret of-github lacks TOKEN or N and PAUSE_AFTER.");
  secrets["of-github"] = "secret-value";
  const other = await run().then(() => "", String);
  expect(other).toContain("is not a JSON object of strings");
  expect(failure + other).not.toContain("secret-value");
});
