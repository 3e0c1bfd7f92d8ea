import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe } from "vitest";
import { s3Archive } from "../../functions/aws/archive.ts";
import type { ClientOptions } from "../../functions/aws/client-options.ts";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { objectsOf, s3Client } from "../../functions/aws/s3-client.ts";
import { awsStore } from "../../functions/aws/store.ts";
import { dynamoTokenList } from "../../functions/aws/token-list.ts";
import { dynamoTokenStore } from "../../functions/aws/token-store.ts";
import { memoryArchive } from "../../functions/memory/archive.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import { memoryTokens } from "../../functions/memory/tokens.ts";
import { ensureTable, startDynamodb } from "../../infra/local/dynamodb.ts";
import { startS3 } from "../../infra/local/s3/s3.ts";
import { createToken, revokeToken } from "../../infra/tokens/tokens.ts";
import { archiveContract } from "./archive.contract.ts";
import { storeContract } from "./store.contract.ts";
import { tokenListContract } from "./token-list.contract.ts";
import { tokenStoreContract } from "./token-store.contract.ts";

describe("in memory", () => {
  describe("an archive", () => {
    archiveContract(() => {
      const archive = memoryArchive();
      return { archive, read: async key => archive.objects.get(key)! };
    });
  });
  describe("a store of", () => storeContract(memoryStore));
  describe("a list of tokens", () =>
    tokenListContract(() => {
      const list = memoryTokens({ now: Date.now });
      return {
        list,
        create: async (streamer, validUntil) => {
          const id = `${list.tokens.size}`;
          const others = { createdAt: 0, validUntil, usedOn: undefined };
          await list.create({ digest: id, id, streamer, scopes: ["read"], ...others }, 0);
          return { id };
        },
        revoke: id => list.revoke(id, 0),
      };
    }));
  describe("a store of tokens", () => tokenStoreContract(() => memoryTokens({ now: Date.now })));
});

describe("with the SDK's clients on the embedded services", () => {
  const region = "us-east-1";
  const [bucket, table] = ["contract", "contract"];
  const parts: { close(): Promise<void> }[] = [];
  let dir: string;
  let s3: ClientOptions;
  let dynamodb: ClientOptions;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "persister-contracts-"));
    const embedded = [
      await startS3({ dir: join(dir, "s3") }),
      await startDynamodb({ dir: join(dir, "dynamodb") }),
    ] as const;
    parts.push(...embedded);
    s3 = { region, endpoint: embedded[0].url };
    dynamodb = { region, endpoint: embedded[1].url };
    await ensureTable(embedded[1].url, table);
  });
  afterAll(async () => {
    for (const part of parts) await part.close();
    await rm(dir, { recursive: true, force: true });
  });
  contracts(() => ({ s3, dynamodb, bucket, table }));
});

/** Against AWS itself if the environment names a bucket and a table, with credentials. */
const { CONTRACT_BUCKET, CONTRACT_TABLE, AWS_REGION = "us-east-1" } = process.env;
if (CONTRACT_BUCKET !== undefined && CONTRACT_TABLE !== undefined) {
  const region = { region: AWS_REGION };
  describe("in AWS", () =>
    contracts(() => ({ s3: region, dynamodb: region, bucket: CONTRACT_BUCKET, table: CONTRACT_TABLE })));
}

interface Place {
  readonly s3: ClientOptions;
  readonly dynamodb: ClientOptions;
  readonly bucket: string;
  readonly table: string;
}

function contracts(place: () => Place): void {
  describe("an archive", () => {
    archiveContract(() => {
      const { s3, bucket } = place();
      const client = s3Client(s3);
      const read = async (key: string) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body!.transformToByteArray();
      };
      return { archive: s3Archive({ s3: objectsOf(client), bucket }), read };
    });
  });
  describe("a store of", () => {
    storeContract(() => {
      const { s3, dynamodb, bucket, table } = place();
      return awsStore({ client: dynamoClient(dynamodb), table, s3: objectsOf(s3Client(s3)), bucket });
    });
  });
  describe("a list of tokens", () => {
    tokenListContract(() => {
      const { dynamodb, table } = place();
      const options = { client: dynamoClient(dynamodb), table };
      return {
        list: dynamoTokenList(options),
        create: (streamer, validUntil) => createToken({ streamer, scopes: ["read"], validUntil }, options),
        revoke: id => revokeToken(id, options),
      };
    });
  });
  describe("a store of tokens", () => {
    tokenStoreContract(() => {
      const { dynamodb, table } = place();
      return dynamoTokenStore({ client: dynamoClient(dynamodb), table });
    });
  });
}
