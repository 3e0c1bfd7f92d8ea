import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { expect, it } from "vitest";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { ensureTable, startDynamodb } from "../../infra/local/dynamodb.ts";
import { listen } from "../../infra/local/listen.ts";

it("a table can be used once it is ensured, however long its creation takes", async () => {
  const server = await listen(dynalite({ createTableMs: 200 }));
  const client = dynamoClient({ region: "us-east-1", endpoint: server.url });
  const status = async () =>
    (await client.send(new DescribeTableCommand({ TableName: "persister" }))).Table?.TableStatus;

  // Two processes that start on one folder: the second finds a table that is being created.
  const ensured = [ensureTable(server.url, "persister"), ensureTable(server.url, "persister")];
  for (const each of ensured) {
    await each;
    expect(await status()).toBe("ACTIVE");
  }

  client.destroy();
  await server.close();
});

it("an end of the process while it creates the table does not prevent the next start", async () => {
  const dir = await mkdtemp(join(tmpdir(), "persister-dynamodb-"));
  const killed = await listen(dynalite({ path: dir, createTableMs: 3_600_000 }));
  void ensureTable(killed.url, "persister").catch(() => {});
  const client = dynamoClient({ region: "us-east-1", endpoint: killed.url });
  const isCreated = () =>
    client.send(new DescribeTableCommand({ TableName: "persister" })).then(
      () => true,
      () => false,
    );
  while (!(await isCreated()));
  client.destroy();
  await killed.close();

  const next = await startDynamodb({ dir, table: "persister" });
  await ensureTable(next.url, "persister");

  await next.close();
  await rm(dir, { recursive: true });
});
