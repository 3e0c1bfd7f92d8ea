import { join } from "node:path";
import { toResult } from "../../functions/aws/gateway.ts";
import { bookmark } from "../../functions/bookmark.ts";
import { change } from "../../functions/change.ts";
import { bodyTooLarge } from "../../functions/http/intake.ts";
import { problemResponse } from "../../functions/http/problem.ts";
import { ingest } from "../../functions/ingest.ts";
import type { Clock, Observer } from "../../functions/persister/ports.ts";
import { streamers } from "../../functions/streamers.ts";
import { type Wired, wire } from "../../functions/wire.ts";
import { claimDirectory } from "./claim.ts";
import { ensureTable, startDynamodb } from "./dynamodb.ts";
import { startGateway } from "./gateway.ts";
import type { Route } from "./gateway-routes.ts";
import { startImportApi } from "./import-api/server.ts";
import { publishPlace } from "./place.ts";
import { startS3 } from "./s3.ts";
import type { Settings } from "./settings.ts";

export interface Stack {
  readonly url: string;
  readonly importApiUrl: string;
  /** The archive's folder on disk; absent where S3 is not the embedded one. */
  readonly archiveDir: string | undefined;
  close(): Promise<void>;
}

interface Part {
  readonly url: string;
  close(): Promise<void>;
}

const region = "us-east-1";
const service = "persister-local";
const bucket = "persister-archive";
const table = "persister";
/** The functions' timeouts in serverless.yml, ms. */
const ingestMilliseconds = 29_000;
const otherMilliseconds = 10_000;

/** CloudWatch is not there to read. */
const silent: Observer = { delivered: () => {}, watched: () => {} };

/** Those of serverless.yml. */
const handlers = [
  ["POST /v1/streamers/{streamer}", ingest],
  ["GET /v1/streamers/{streamer}/bookmark", bookmark],
  ["GET /v1/streamers/{streamer}/bookmark/history", bookmark],
  ["GET /v1/health", bookmark],
  ["PUT /v1/streamers/{streamer}/bookmark", change],
  ["DELETE /v1/streamers/{streamer}/bookmark", change],
  ["GET /v1/streamers", streamers],
  ["GET /v1/streamers/{streamer}", streamers],
  ["GET /v1/streamers/{streamer}/deliveries", streamers],
  ["GET /v1/streamers/{streamer}/deliveries/{delivery}", streamers],
  ["GET /v1/openapi.json", streamers],
] as const;

const routesOf = (wired: Wired, ingestTimeout: number): Route[] =>
  handlers.map(([route, handler]) => {
    const [method, path] = route.split(" ") as [string, string];
    const timeoutMs = handler === ingest ? ingestTimeout : otherMilliseconds;
    return { method, path, timeoutMs, handler: handler(() => wired) };
  });

/** What tests make shorter, and listen to. */
export interface Timing {
  readonly clock?: Clock;
  readonly observer?: Observer;
  /** When Lambda ends a delivery. */
  readonly ingestMilliseconds?: number;
}

/** Brings up all of AWS's parts that no setting replaces, the sandbox Import API, and the endpoint before them. */
export async function startStack(settings: Settings, timing: Timing = {}): Promise<Stack> {
  const { dataDir, s3Url, dynamodbUrl, importApiUrl, stitchClientId: clientId, stitchToken } = settings;
  // The SDK says at each start that its next year's versions want Node 22; ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const claim = await claimDirectory(dataDir);
  const parts: Pick<Part, "close">[] = [claim];
  const start = async (url: string | undefined, embedded: () => Promise<Part>) => {
    if (url !== undefined) return url;
    const part = await embedded();
    parts.unshift(part);
    return part.url;
  };
  const close = async () => {
    for (const part of parts) await part.close();
  };

  try {
    const archiveDir = join(dataDir, "s3");
    const s3 = await start(s3Url, () => startS3({ dir: archiveDir }));
    const dynamodb = await start(dynamodbUrl, () => startDynamodb({ dir: join(dataDir, "dynamodb") }));
    await ensureTable(dynamodb, table);
    parts.unshift(await publishPlace(dataDir, { dynamodb, table, s3, bucket, region }));
    const importApi = await start(importApiUrl, () =>
      startImportApi({ dir: join(dataDir, "import-api"), clientId, token: stitchToken }),
    );
    const wired = wire(
      {
        region,
        service,
        bucket,
        table,
        importApiUrl: importApi,
        authorization: "token",
        accounts: { known: { default: { clientId, token: stitchToken } } },
        ownerToken: settings.token,
        endpoints: { s3, dynamodb },
      },
      timing.observer ?? silent,
      timing.clock,
    );
    const url = await start(undefined, () =>
      startGateway({
        port: settings.port,
        // AWS says no more than "Request Entity Too Large" here. A person at a laptop is told what the limit is.
        onTooLarge: (bytes, path) => toResult(problemResponse(path, bodyTooLarge(bytes))),
        routes: routesOf(wired, timing.ingestMilliseconds ?? ingestMilliseconds),
      }),
    );
    return { url, importApiUrl: importApi, archiveDir: s3Url === undefined ? archiveDir : undefined, close };
  } catch (error) {
    await close();
    throw error;
  }
}
