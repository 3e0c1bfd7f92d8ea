import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { s3Archive } from "./aws/archive.ts";
import { dynamoClient, s3Client, secretsClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { cachedSecret } from "./aws/secrets.ts";
import { awsStore } from "./aws/store.ts";
import { type Config, readConfig, type Secrets, secretsSchema } from "./config.ts";
import type { Tokens } from "./http/authenticate.ts";
import { importApi } from "./import-api/client.ts";
import { batchEncoder } from "./import-api/encoder.ts";
import type { LeaseParts } from "./persister/lease.ts";
import type { Parts } from "./persister/persist.ts";
import type { Clock, Observer } from "./persister/ports.ts";

/** The ports' implementations, wired by hand. */
export interface Wired {
  /** The bearer tokens there are. */
  readonly tokens: () => Promise<Tokens>;
  /** What reading and changing bookmarks needs. */
  readonly store: LeaseParts;
  /** What taking a delivery in needs, beside the store; waits for the secret. */
  readonly parts: () => Promise<Parts>;
}

const systemClock: Clock = { now: Date.now, sleep: milliseconds => setTimeout(milliseconds) };

export function wire(config: Config, observer: Observer, clock = systemClock): Wired {
  const { region, bucket, table, endpoints } = config;
  const s3 = s3Client({ region, ...(endpoints && { endpoint: endpoints.s3 }) });
  const dynamodb = dynamoClient({ region, ...(endpoints && { endpoint: endpoints.dynamodb }) });
  const store = {
    ...awsStore({ client: dynamodb, table, s3, bucket }),
    clock,
    newId: randomUUID,
  };
  const archive = s3Archive({ client: s3, bucket });
  const secrets = secretsOf(config);
  const token = async () => (await secrets()).stitchToken;
  const api = importApi({ url: config.importApiUrl, token, clock });
  return {
    tokens: async () => {
      const { persisterToken, adminToken } = await secrets();
      return { writer: persisterToken, admin: adminToken };
    },
    store,
    parts: async () => {
      const { stitchClientId } = await secrets();
      return { ...store, archive, importApi: api, encoder: batchEncoder(stitchClientId), observer };
    },
  };
}

/** What the environment says, read at the first call. */
export const wiredByEnvironment = once(() => {
  const config = readConfig();
  return wire(config, cloudWatch(config.service));
});

function secretsOf({ secrets, region }: Config): () => Promise<Secrets> {
  if (!("arn" in secrets)) return () => Promise.resolve(secrets);
  return cachedSecret(secretsClient(region), secrets.arn, value => secretsSchema.parse(value));
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
