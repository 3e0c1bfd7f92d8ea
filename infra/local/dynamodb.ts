import { mkdir, rm } from "node:fs/promises";
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { type Listening, listen } from "./listen.ts";

/**
 * Starts an embedded DynamoDB that stores its tables in `dir`, of which `table`, if it is given, is the only
 * one. If an earlier process was killed while it made that, the folder is made again.
 */
export async function startDynamodb({ dir, port, table }: Options): Promise<Listening> {
  const open = async () => {
    await mkdir(dir, { recursive: true });
    return listen(dynalite({ path: dir, createTableMs: 0, deleteTableMs: 0 }), port);
  };
  const server = await open();
  try {
    if (table === undefined || (await statusOf(server.url, table)) !== "CREATING") return server;
  } catch (error) {
    await server.close();
    throw error;
  }
  // It would remain so: a timer of the process that creates a table completes it. No item is in it yet.
  await server.close();
  await rm(dir, { recursive: true });
  return open();
}

interface Options {
  readonly dir: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly table?: string;
}

async function statusOf(endpoint: string, table: string): Promise<string | undefined> {
  const client = clientOf(endpoint);
  try {
    return (await client.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

const clientOf = (endpoint: string): DynamoDBClient => dynamoClient({ region: "us-east-1", endpoint });

/**
 * Creates the table of infra/table.yml if it does not exist, and waits until it is active: CreateTable
 * answers while the table is being created, and every other request is a ResourceNotFoundException then.
 */
export async function ensureTable(endpoint: string, table: string): Promise<void> {
  const client = clientOf(endpoint);
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
