import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { s3Archive } from "./aws/archive.ts";
import { dynamoClient, s3Client } from "./aws/clients.ts";
import { cachedSecret } from "./aws/secrets.ts";
import { dynamoStreamers } from "./aws/streamers.ts";
import { type Config, readConfig, type Secrets, secretsSchema } from "./config.ts";
import { importApi } from "./import-api/client.ts";
import { batchEncoder } from "./import-api/encoder.ts";
import type { Parts } from "./persister/persist.ts";
import type { Clock, Streamers } from "./persister/ports.ts";

/** The ports' implementations, wired by hand. */
export interface Wired {
  /** The one bearer token. */
  readonly token: () => Promise<string>;
  readonly streamers: Streamers;
  /** What taking a delivery in needs; waits for the secret. */
  readonly parts: () => Promise<Parts>;
}

const systemClock: Clock = { now: Date.now, sleep: milliseconds => setTimeout(milliseconds) };

export function wire(config: Config, clock = systemClock): Wired {
  const { region, bucket, table, endpoints } = config;
  const s3 = s3Client({ region, ...(endpoints && { endpoint: endpoints.s3 }) });
  const dynamodb = dynamoClient({ region, ...(endpoints && { endpoint: endpoints.dynamodb }) });
  const streamers = dynamoStreamers({ client: dynamodb, table, s3, bucket });
  const archive = s3Archive({ client: s3, bucket });
  const secrets = secretsOf(config);
  const token = async () => (await secrets()).stitchToken;
  const api = importApi({ url: config.importApiUrl, token, clock });
  return {
    token: async () => (await secrets()).persisterToken,
    streamers,
    parts: async () => {
      const { stitchClientId } = await secrets();
      return {
        archive,
        streamers,
        importApi: api,
        encoder: batchEncoder(stitchClientId),
        clock,
        newDeliveryId: randomUUID,
      };
    },
  };
}

/** What the environment says, read at the first call. */
export const wiredByEnvironment = once(() => wire(readConfig()));

function secretsOf({ secrets, region }: Config): () => Promise<Secrets> {
  if (!("arn" in secrets)) return () => Promise.resolve(secrets);
  return cachedSecret(new SecretsManagerClient({ region }), secrets.arn, value => secretsSchema.parse(value));
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
