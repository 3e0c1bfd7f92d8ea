import { join } from "node:path";
import { toResult } from "../../functions/aws/gateway.ts";
import { problemResponse } from "../../functions/http/problem.ts";
import { bodyTooLarge } from "../../functions/http/request-body.ts";
import type { Clock, Observer } from "../../functions/persister/ports.ts";
import { type Wired, wire } from "../../functions/wire.ts";
import { ensureTable, startDynamodb } from "./dynamodb.ts";
import { startGateway } from "./gateway/gateway.ts";
import { startImportApi } from "./import-api/server.ts";
import { claimDirectory } from "./lock-directory.ts";
import { type HandlerOf, handlersHere, routesOf } from "./routes.ts";
import { startS3 } from "./s3/s3.ts";
import type { Settings } from "./settings.ts";
import { type Place, publishPlace } from "./stack-file.ts";

export interface Stack {
  readonly url: string;
  readonly importApiUrl: string;
  /** The archive's folder on disk; absent where S3 is not the embedded one. */
  readonly archiveDir: string | undefined;
  readonly wired: Wired;
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
/** CloudWatch is not there to read. */
const silent: Observer = { onDelivery: () => {}, onBookmarkAges: () => {} };

/** What tests make shorter, listen to, and run instead. */
export interface Variant {
  readonly clock?: Clock;
  readonly observer?: Observer;
  /** When Lambda ends a delivery. */
  readonly ingestMilliseconds?: number;
  /** Runs the functions elsewhere than in this process. */
  readonly lambda?: (place: Place & { readonly importApiUrl: string }) => Promise<Lambda>;
}

interface Lambda {
  readonly handlerOf: HandlerOf;
  close(): Promise<void>;
}

/** Brings up all of AWS's parts that no setting replaces, the sandbox Import API, and the endpoint before them. */
export async function startStack(settings: Settings, variant: Variant = {}): Promise<Stack> {
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
    const place = { dynamodb, table, s3, bucket, region };
    parts.unshift(await publishPlace(dataDir, place));
    const importApi = await start(importApiUrl, () =>
      startImportApi({ dir: join(dataDir, "import-api"), clientId, token: stitchToken }),
    );
    const lambda = await variant.lambda?.({ ...place, importApiUrl: importApi });
    if (lambda !== undefined) parts.unshift(lambda);
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
      variant.observer ?? silent,
      variant.clock,
    );
    const url = await start(undefined, () =>
      startGateway({
        port: settings.port,
        // AWS says no more than "Request Entity Too Large" here. A person at a laptop is told what the limit is.
        onTooLarge: (bytes, path) => toResult(problemResponse(path, bodyTooLarge(bytes))),
        routes: routesOf(lambda?.handlerOf ?? handlersHere(wired), variant.ingestMilliseconds),
      }),
    );
    return {
      url,
      importApiUrl: importApi,
      archiveDir: s3Url === undefined ? archiveDir : undefined,
      wired,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
