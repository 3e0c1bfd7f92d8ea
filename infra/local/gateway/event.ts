import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

/** A request without its body, as the gateway received it. */
export interface Received {
  readonly message: IncomingMessage;
  /** Without the query, percent-encoded. */
  readonly path: string;
  readonly rawQuery: string;
  /** "POST /v1/streamers/{streamer}" */
  readonly routeKey: string;
  /** Percent-encoded. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Lambda's own words: "Request must be smaller than 6291456 bytes for the InvokeFunction operation". */
export const eventBytesLimit = 6 * 1024 * 1024;

const withinOneHop = new Set(["connection", "expect", "keep-alive", "transfer-encoding", "upgrade"]);
const localAccount = "000000000000";
const localApi = "local";

/**
 * Returns the event of payload format 2.0.
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventOf(received: Received, body: Buffer): APIGatewayProxyEventV2 {
  const { message, path, rawQuery, routeKey } = received;
  const cookies = cookiesOf(message.headers.cookie);
  const query = queryOf(rawQuery);
  const parameters = Object.fromEntries(
    [...received.parameters].map(([name, value]) => [name, decoded(value)]),
  );
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers: headersOf(message, body.length),
    ...(rawQuery !== "" && { queryStringParameters: query }),
    requestContext: contextOf(received),
    ...(received.parameters.size > 0 && { pathParameters: parameters }),
    ...carried(message.headers["content-type"], body),
  };
}

/** Returns the size of the event as JSON, which Lambda limits, without escaping a large body twice. */
export function eventBytes(event: APIGatewayProxyEventV2): number {
  const { body = "", ...envelope } = event;
  const around = Buffer.byteLength(JSON.stringify({ ...envelope, body: "" }));
  return around + (event.isBase64Encoded ? body.length : Buffer.byteLength(JSON.stringify(body)) - 2);
}

/**
 * Returns the body as text for these types, and as base64 for all others, including none and curl's
 * `application/x-www-form-urlencoded`: measured on AWS in github.com/ministackorg/ministack/pull/766. AWS
 * does not document any effect of Content-Encoding, so a gzip body with the type `application/json` is
 * corrupted here, as it may be on AWS: what works locally works there too.
 */
function carried(contentType: string | undefined, body: Buffer): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  const isText = /^text\/|^application\/(?:json|xml|javascript)$/.test(type);
  return { body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

/** Lower-case names, values of one name joined by commas; cookies have a member of their own. */
function headersOf({ rawHeaders, socket }: IncomingMessage, bodyBytes: number): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    const before = headers.get(name);
    if (!withinOneHop.has(name) && name !== "cookie")
      headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  // The gateway has buffered the body: whatever its framing was, its length is known now.
  if (bodyBytes > 0) headers.set("content-length", String(bodyBytes));
  const forwardedFor = headers.get("x-forwarded-for");
  const address = socket.remoteAddress ?? "";
  headers.set("x-forwarded-for", forwardedFor === undefined ? address : `${forwardedFor}, ${address}`);
  headers.set("x-forwarded-port", String(socket.localPort ?? ""));
  headers.set("x-forwarded-proto", "http");
  return Object.fromEntries(headers);
}

const cookiesOf = (header: string | undefined) => (header ?? "").split(/; */).filter(cookie => cookie !== "");

function queryOf(rawQuery: string): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

function contextOf({ message, path, routeKey }: Received): APIGatewayProxyEventV2["requestContext"] {
  const now = new Date();
  return {
    accountId: localAccount,
    apiId: localApi,
    domainName: message.headers.host ?? "localhost",
    domainPrefix: localApi,
    http: {
      method: message.method ?? "GET",
      path,
      protocol: `HTTP/${message.httpVersion}`,
      sourceIp: message.socket.remoteAddress ?? "",
      userAgent: message.headers["user-agent"] ?? "",
    },
    requestId: randomUUID(),
    routeKey,
    stage: "$default",
    time: logTime(now),
    timeEpoch: now.getTime(),
  };
}

/** 07/Aug/2026:01:37:53 +0000 */
function logTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not percent-encoded UTF-8: the handler gets it unchanged.
    return value;
  }
}
