import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listen } from "../../infra/local/listen.ts";
import { createToken } from "../../infra/tokens/tokens.ts";
import { bookmark, jsonline, type LocalStack, post, record, startTestStack } from "./local-stack.ts";
import { stackFileOf, tokenTableOf } from "./stack-file.ts";

/** The bundle of `watch`, wired by its environment: what it publishes about a table. */
const root = new URL("../../", import.meta.url).pathname;
const day = 86_400_000;
const published: string[] = [];
let stack: LocalStack;
let sns: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  stack = await startTestStack();
  sns = await listen(
    createServer(async (message, response) => {
      const body = new URLSearchParams(await text(message));
      published.push(`${body.get("Subject")}\n${body.get("Message")}`);
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(
        "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
      );
    }),
  );
});
afterAll(async () => {
  await sns.close();
  await stack.close();
});

/** Runs the handler once, as Lambda does. Resolves to the messages that it has published. */
async function watch(authorization: string): Promise<string[]> {
  const { dynamodb, region, table, bucket } = await stackFileOf(stack);
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_REGION: region,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SNS: sns.url,
    TABLE_NAME: table,
    ARCHIVE_BUCKET: bucket,
    IMPORT_API_URL: "http://localhost",
    SERVICE: "persister-test",
    AUTHORIZATION: authorization,
    ALARM_TOPIC_ARN: "arn:topic",
    // A tenth of a second.
    BOOKMARK_AGE_HOURS: "0.00003",
  };
  const script = `import("./dist/watch.mjs").then(({ handler }) =>
    handler({}, { getRemainingTimeInMillis: () => 20_000 })).then(() => process.exit(0))`;
  await promisify(execFile)(process.execPath, ["-e", script], { cwd: root, env });
  return published.splice(0).sort();
}

it("notifies of a stale streamer and of a token that expires soon, once", async () => {
  await post(stack, "github", jsonline(record("issues", { id: 1 }, ["id"]), bookmark("1")));
  const place = await tokenTableOf(stack);
  const scopes = ["write" as const];
  const { id } = await createToken({ streamer: "drift", scopes, validUntil: Date.now() + 13 * day }, place);
  await createToken({ streamer: "github", scopes, validUntil: Date.now() + 15 * day }, place);
  expect(await watch("jwt")).toEqual([expect.stringMatching(/no bookmark for too long \(1\)\ngithub: /)]);
  expect(await watch("token")).toEqual([
    expect.stringMatching(
      new RegExp(`tokens expire soon \\(1\\)\\nThe token ${id} of drift \\(write\\) expires`),
    ),
  ]);
  expect(await watch("token")).toEqual([]);
});
