import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { expect, it } from "vitest";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { ensureTable, startDynamodb } from "../../infra/local/dynamodb.ts";
import { listen } from "../../infra/local/listen.ts";

async function tableIn(endpoint: string) {
  const client = dynamoClient({ region: "us-east-1", endpoint });
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: "persister" }));
  client.destroy();
  return table;
}

it("a table can be used once it is ensured, however long its creation takes", async () => {
  const server = await listen(dynalite({ createTableMs: 200 }));
  // Two processes that start on one folder: the second finds a table that is being created.
  const ensured = [ensureTable(server.url, "persister"), ensureTable(server.url, "persister")];
  for (const each of ensured) {
    await each;
    expect((await tableIn(server.url))?.TableStatus).toBe("ACTIVE");
  }

  await server.close();
});

it("starts after a kill during the table's creation", async () => {
  const dir = await mkdtemp(join(tmpdir(), "persister-dynamodb-"));
  const killed = await listen(dynalite({ path: dir, createTableMs: 3_600_000 }));
  const client = dynamoClient({ region: "us-east-1", endpoint: killed.url });
  await client.send(
    new CreateTableCommand({
      TableName: "persister",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    }),
  );
  client.destroy();
  await killed.close();

  const next = await startDynamodb({ dir, table: "persister" });
  await ensureTable(next.url, "persister");
  const description = await tableIn(next.url);
  expect(description?.TableStatus).toBe("ACTIVE");
  expect(description?.KeySchema).toHaveLength(2);

  await next.close();
  await rm(dir, { recursive: true });
});
