import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { listen } from "../listen.ts";
import { answerFault, answerResult, notFound, tooLarge } from "./answer.ts";
import { announcedTooLarge, readBody, TooLarge } from "./body.ts";
import { eventBytes, eventBytesLimit, eventOf } from "./event.ts";
import { invoke } from "./invoke.ts";
import { matchRoute, type Route } from "./routes.ts";

/** docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const integrationTimeoutMillisecondsDefault = 30_000;
/** A request that has not wholly come in so long is given up. */
const requestTimeoutMillisecondsDefault = 60_000;

/** A body that no function gets. */
export interface LargeBody {
  readonly bytes: number;
  /** The size of its event, if it is too large as one and is of a text type. */
  readonly textEventBytes?: number;
}

export interface GatewayOptions {
  readonly routes: readonly Route[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The address to listen on; by default that of this machine alone. */
  readonly host?: string;
  readonly integrationTimeoutMilliseconds?: number;
  readonly requestTimeoutMilliseconds?: number;
  /** Answers a body that never reaches a function; AWS's own words, which name no limit, if left out. */
  readonly onTooLarge?: (body: LargeBody, path: string) => APIGatewayProxyStructuredResultV2;
  /** Hears what handlers throw; console.error if left out. */
  readonly onError?: (error: unknown) => void;
}

export interface Gateway {
  /** "http://127.0.0.1:3000" */
  readonly url: string;
  /** Accepts no more requests, waits for pending responses and closes all other connections. */
  close(): Promise<void>;
}

/**
 * Imitates an API Gateway HTTP API in front of Lambda, in this process: its payload format 2.0, limits,
 * timeouts and messages. Rejects if it can't listen.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { port = 0, host, requestTimeoutMilliseconds = requestTimeoutMillisecondsDefault } = options;
  const answers = new Set<Promise<void>>();
  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    // The client may leave at any time, which is not an error.
    response.on("error", () => {});
    const body = await readBody(message);
    if (body === "gone") return;
    const answer = respond(options, message, body, response).finally(() => answers.delete(answer));
    answers.add(answer);
  };
  const server = createServer({
    requestTimeout: requestTimeoutMilliseconds,
    headersTimeout: requestTimeoutMilliseconds,
    connectionsCheckingInterval: Math.max(10, requestTimeoutMilliseconds / 10),
  });
  server.on("request", serve);
  server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) => {
    // The client, curl above 1 MB, waits before it sends the body: one too large need not come at all.
    const tooLarge = announcedTooLarge(message);
    if (tooLarge !== undefined) {
      refuseBody(options, message, tooLarge, response);
      return;
    }
    response.writeContinue();
    void serve(message, response);
  });
  const { url } = await listen(server, port, host);
  return { url, close: () => close(server, answers) };
}

async function respond(
  options: GatewayOptions,
  message: IncomingMessage,
  body: Buffer | TooLarge,
  response: ServerResponse,
): Promise<void> {
  const { onError = console.error } = options;
  try {
    if (body instanceof TooLarge) refuseBody(options, message, body, response);
    else await route(options, message, body, response);
    await sent(response);
  } catch (error) {
    onError(error);
    response.destroy();
  }
}

async function route(
  options: GatewayOptions,
  message: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const {
    routes,
    integrationTimeoutMilliseconds = integrationTimeoutMillisecondsDefault,
    onError = console.error,
  } = options;
  const { path, rawQuery } = targetOf(message.url ?? "/");
  const match = matchRoute(routes, message.method ?? "GET", path);
  if (match === undefined) return answerFault(response, notFound);
  const routeKey = `${match.route.method} ${match.route.path}`;
  const event = eventOf({ message, path, rawQuery, routeKey, parameters: match.parameters }, body);
  const size = eventBytes(event);
  if (size >= eventBytesLimit) {
    const text = event.isBase64Encoded ? {} : { textEventBytes: size };
    return refuseBody(options, message, { bytes: body.length, ...text }, response);
  }
  const invocation = await invoke(match.route, event, integrationTimeoutMilliseconds);
  response.setHeader("apigw-requestid", event.requestContext.requestId);
  if ("result" in invocation) return answerResult(response, invocation.result);
  if ("error" in invocation) onError(invocation.error);
  answerFault(response, invocation.fault);
}

/** Resolves when the response is handed to the network, or its client is gone. */
function sent(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    if (response.closed || response.destroyed) resolve();
    else response.once("close", resolve);
  });
}

/** A target may name the host too (RFC 9112 section 3.2.2). */
function targetOf(url: string): { path: string; rawQuery: string } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = target.indexOf("?");
  if (mark === -1) return { path: target, rawQuery: "" };
  return { path: target.slice(0, mark), rawQuery: target.slice(mark + 1) };
}

function refuseBody(
  { onTooLarge }: GatewayOptions,
  { complete, url = "/" }: IncomingMessage,
  body: LargeBody,
  response: ServerResponse,
): void {
  // The rest of the body would be read as another request.
  if (!complete) response.setHeader("connection", "close");
  if (onTooLarge === undefined) answerFault(response, tooLarge);
  else answerResult(response, onTooLarge(body, targetOf(url).path));
}

async function close(server: Server, answers: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  await Promise.allSettled(answers);
  server.closeAllConnections();
  await closed;
}
