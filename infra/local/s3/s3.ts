import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Listening, listen } from "../listen.ts";
import { send, sendError, sendXml, tags } from "./answer.ts";
import { readObject, S3Error } from "./body.ts";
import { MultipartUploads } from "./multipart.ts";
import { type ObjectFacts, ObjectStore } from "./store.ts";
import { type Target, targetOf } from "./target.ts";

const listedMax = 1_000;

interface Call extends Target {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

export interface ListeningS3 extends Listening {
  /** Returns the path of an object's bytes on disk. */
  pathOf(bucket: string, key: string): string;
}

/** Starts an S3 endpoint that stores objects in `dir`. Every bucket exists; signatures are not checked. */
export async function startS3({ dir, port }: { dir: string; port?: number }): Promise<ListeningS3> {
  const store = new ObjectStore(dir);
  const uploads = new MultipartUploads(store);
  const server = createServer((message, response) => {
    answer(message, response, store, uploads).catch(error => sendError(response, error));
  });
  return { ...(await listen(server, port)), pathOf: (bucket, key) => store.pathOf(bucket, key) };
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  store: ObjectStore,
  uploads: MultipartUploads,
): Promise<void> {
  const call = { message, response, ...targetOf(message) };
  const { query, key } = call;
  if (key === "") return answerForBucket(call, store);
  switch (message.method) {
    case "PUT":
      return query.has("uploadId") ? putPart(call, uploads) : put(call, store);
    case "POST":
      return query.has("uploads") ? createUpload(call, uploads) : completeUpload(call, uploads);
    case "DELETE":
      if (query.has("uploadId")) await uploads.abort(query.get("uploadId")!);
      else await store.remove(call.bucket, key);
      return send(call.response, 204, {});
    case "GET":
    case "HEAD":
      return get(call, store);
    default:
      throw notImplemented();
  }
}

/** Every bucket exists. Refuses unknown requests. */
async function answerForBucket(call: Call, store: ObjectStore): Promise<void> {
  const { method } = call.message;
  if (method === "GET") return list(call, store);
  if (method === "PUT" || method === "HEAD") return send(call.response, 200, {});
  throw notImplemented();
}

const notImplemented = () =>
  new S3Error(
    501,
    "NotImplemented",
    "This embedded S3 does not do that. Set AWS_ENDPOINT_URL_S3 to one that does.",
  );

async function put({ message, response, bucket, key }: Call, store: ObjectStore): Promise<void> {
  if (message.headers["x-amz-copy-source"] !== undefined) throw notImplemented();
  const bytes = await readObject(message);
  const onlyNew = message.headers["if-none-match"] === "*";
  const { etag } = await store.put(bucket, key, { bytes, headers: keptHeaders(message), onlyNew });
  send(response, 200, { etag });
}

async function putPart({ message, response, query }: Call, uploads: MultipartUploads): Promise<void> {
  const etag = await uploads.addPart(
    query.get("uploadId")!,
    Number(query.get("partNumber")),
    await readObject(message),
  );
  send(response, 200, { etag });
}

async function createUpload(
  { message, response, bucket, key }: Call,
  uploads: MultipartUploads,
): Promise<void> {
  const id = await uploads.create(bucket, key, keptHeaders(message));
  const result = tags({ Bucket: bucket, Key: key, UploadId: id });
  sendXml(response, 200, `<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`);
}

async function completeUpload(
  { message, response, bucket, key, query }: Call,
  uploads: MultipartUploads,
): Promise<void> {
  const xml = (await readObject(message)).toString();
  const etag = await uploads.complete(query.get("uploadId") ?? "", bucket, key, xml);
  const result = tags({ Bucket: bucket, Key: key, ETag: etag });
  sendXml(response, 200, `<CompleteMultipartUploadResult>${result}</CompleteMultipartUploadResult>`);
}

async function get({ message, response, bucket, key }: Call, store: ObjectStore): Promise<void> {
  const facts = await store.facts(bucket, key);
  const bytes = facts && (await store.read(bucket, key));
  if (bytes === undefined) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
  const headers = { ...headersOf(facts!), "accept-ranges": "bytes" };
  const range = rangeOf(message.headers.range, bytes.length);
  const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
  const contentRange = range && { "content-range": `bytes ${range.start}-${range.end}/${bytes.length}` };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    ...contentRange,
    "content-length": part.length,
  });
  response.end(message.method === "HEAD" ? undefined : part);
}

/** Parses a single range (RFC 9110 section 14.1.2), and clips it to the object. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  if (start > end) throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable.");
  return { start, end };
}

async function list({ response, bucket, query }: Call, store: ObjectStore): Promise<void> {
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const max = Math.min(listedMax, Number(query.get("max-keys") ?? listedMax));
  const isAfter = ({ key }: ObjectFacts) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
  const all = (await store.list(bucket, query.get("prefix") ?? "")).filter(isAfter);
  const page = all.slice(0, max);
  const isTruncated = page.length > 0 && all.length > page.length;
  const next = isTruncated ? { NextContinuationToken: page.at(-1)!.key } : {};
  const head = tags({ Name: bucket, KeyCount: page.length, MaxKeys: max, IsTruncated: isTruncated, ...next });
  const contents = page.map(({ key, size, etag, modified }) => {
    const LastModified = new Date(modified).toISOString();
    const facts = tags({ Key: key, Size: size, ETag: etag, LastModified, StorageClass: "STANDARD" });
    return `<Contents>${facts}</Contents>`;
  });
  sendXml(response, 200, `<ListBucketResult>${head}${contents.join("")}</ListBucketResult>`);
}

function keptHeaders({ headers }: IncomingMessage): Record<string, string> {
  const encoding = String(headers["content-encoding"] ?? "")
    .split(",")
    .map(each => each.trim());
  const kept = encoding.filter(each => each !== "" && each !== "aws-chunked").join(",");
  const entries = Object.entries(headers).filter(
    ([name]) => name === "content-type" || name.startsWith("x-amz-meta-"),
  );
  return {
    ...(Object.fromEntries(entries) as Record<string, string>),
    ...(kept === "" ? {} : { "content-encoding": kept }),
  };
}

const headersOf = ({ etag, modified, headers }: ObjectFacts) => ({
  "content-type": "binary/octet-stream",
  ...headers,
  etag,
  "last-modified": new Date(modified).toUTCString(),
});
