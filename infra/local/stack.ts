import { join } from "node:path";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { toResult } from "../../functions/aws/gateway.ts";
import { bookmarkAgeHours } from "../../functions/config.ts";
import { problemResponse } from "../../functions/http/problem.ts";
import { bodyTooLarge, eventTooLarge } from "../../functions/http/request-body.ts";
import { wireBytesMax } from "../../functions/persister/limits.ts";
import type { Clock, Observer, RequestObserver, TokenObserver } from "../../functions/persister/ports.ts";
import { type Wired, wire } from "../../functions/wire.ts";
import { tokenPartsOf } from "../../functions/wire-tokens.ts";
import { isPackaged } from "./commands.ts";
import { createDataDirectory } from "./data-directory.ts";
import { ensureTable, startDynamodb } from "./dynamodb.ts";
import { type LargeBody, startGateway } from "./gateway/gateway.ts";
import { startImportApi } from "./import-api/server.ts";
import { lockDirectory } from "./lock-directory.ts";
import { type HandlerOf, handlersHere, routesOf } from "./routes.ts";
import { startS3 } from "./s3/s3.ts";
import { rowsOf, type Settings } from "./settings.ts";
import { type StackFile, writeStackFile } from "./stack-file.ts";

export interface Stack {
  readonly url: string;
  readonly importApiUrl: string;
  /** Where the database with the rows is, if the sandbox is not used. */
  readonly rows: string | undefined;
  /** The archive's folder; absent if S3 is not embedded. */
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
/** In base64 a body of up to `wireBytesMax` would fit. */
const tooLarge = ({ bytes, textEventBytes }: LargeBody) =>
  textEventBytes === undefined || bytes > wireBytesMax ? bodyTooLarge(bytes) : eventTooLarge(textEventBytes);
/** With a database, the sandbox is not needed: no account leads to it. */
const unusedImportApi = "https://api.stitchdata.com";
/** There is no CloudWatch to report to. */
const silent: Observer = { onDelivery: () => {} };

/** Loads the bundler only in a checkout: the package holds the page as it was built. */
const buildPage = async () => (await import("../page.ts")).buildPage();

/** The parts that tests replace. */
export interface Variant {
  readonly clock?: Clock;
  readonly observer?: Observer & Partial<RequestObserver & TokenObserver>;
  /** Lambda's timeout for a delivery. */
  readonly ingestMilliseconds?: number;
  /** Runs the functions outside this process. */
  readonly lambda?: (place: StackFile & { readonly importApiUrl: string }) => Promise<Lambda>;
}

interface Lambda {
  readonly handlerOf: HandlerOf;
  close(): Promise<void>;
}

/** Starts the AWS services that no setting replaces, the sandbox Import API, and the endpoint. */
export async function startStack(settings: Settings, variant: Variant = {}): Promise<Stack> {
  const { dataDir, s3Url, dynamodbUrl, importApiUrl, database } = settings;
  const { stitchClientId: clientId, stitchToken } = settings;
  // The SDK warns at each start that its future versions require Node 22; ours is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  await createDataDirectory(dataDir);
  const lock = await lockDirectory(dataDir);
  const parts: Pick<Part, "close">[] = [lock];
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
    const dynamodb = await start(dynamodbUrl, () => startDynamodb({ dir: join(dataDir, "dynamodb"), table }));
    await ensureTable(dynamodb, table);
    const place = { dynamodb, table, s3, bucket, region };
    const rows = database && rowsOf(database);
    parts.unshift(await writeStackFile(dataDir, { ...place, ...(rows !== undefined && { rows }) }));
    const importApi = await start(importApiUrl ?? (database && unusedImportApi), () =>
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
        bookmarkAgeHours,
        streamerMetrics: false,
        authorization: "token",
        accounts: { known: { default: database ?? { clientId, token: stitchToken } } },
        ownerToken: settings.token,
        endpoints: { s3, dynamodb },
        ...(!isPackaged && { page: buildPage }),
      },
      variant.observer ?? silent,
      variant.clock,
    );
    parts.unshift({ close: async () => wired.close?.() });
    const client = dynamoClient({ region, endpoint: dynamodb });
    const silentOfTokens = { onTokenChange: () => {}, ...variant.observer };
    const tokenParts = tokenPartsOf({ client, table }, silentOfTokens, variant.clock);
    const url = await start(undefined, () =>
      startGateway({
        port: settings.port,
        host: settings.host,
        // AWS answers "Request Entity Too Large" alone. Locally, the answer names the limit.
        onTooLarge: (body, path) => toResult(problemResponse(path, tooLarge(body))),
        routes: routesOf(
          lambda?.handlerOf ?? handlersHere({ ...wired, tokenParts }),
          variant.ingestMilliseconds,
        ),
      }),
    );
    return {
      url,
      importApiUrl: importApi,
      rows,
      archiveDir: s3Url === undefined ? archiveDir : undefined,
      wired,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
