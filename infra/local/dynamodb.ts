import { mkdir } from "node:fs/promises";
import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { type Listening, listen } from "./listen.ts";

/** Starts an embedded DynamoDB that stores its tables in `dir`. */
export async function startDynamodb({ dir, port }: { dir: string; port?: number }): Promise<Listening> {
  await mkdir(dir, { recursive: true });
  const server = dynalite({ path: dir, createTableMs: 0, deleteTableMs: 0 });
  return listen(server, port);
}

/**
 * Creates the table of infra/table.yml if it does not exist, and waits until it is active: CreateTable
 * answers while the table is being created, and every other request is a ResourceNotFoundException then.
 */
export async function ensureTable(endpoint: string, table: string): Promise<void> {
  const client = dynamoClient({ region: "us-east-1", endpoint });
  try {
    await createTable(client, table);
    await waitUntilTableExists({ client, minDelay: 0.01, maxWaitTime: 60 }, { TableName: table });
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: ["pk", "sk"].map(name => ({ AttributeName: name, AttributeType: "S" })),
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}
