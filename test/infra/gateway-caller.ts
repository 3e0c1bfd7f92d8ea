import http from "node:http";
import net from "node:net";
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from "aws-lambda";
import { afterEach } from "vitest";
import { type Gateway, type GatewayOptions, startGateway } from "../../infra/local/gateway/gateway.ts";

export type TestHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyResultV2>;

const open: Gateway[] = [];

/** Closes everything that a test has opened. */
export function closeGatewaysAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map(gateway => gateway.close()));
  });
}

/** A gateway with one handler for every method of `path`. It records the events and the handler's errors. */
export async function gatewayWith(
  handler: TestHandler = async () => ({ statusCode: 200 }),
  {
    timeoutMilliseconds = 600_000,
    path = "/v1/streamers/{streamer}",
    ...options
  }: Partial<GatewayOptions> & { timeoutMilliseconds?: number; path?: string } = {},
) {
  const events: APIGatewayProxyEventV2[] = [];
  const contexts: Context[] = [];
  const errors: unknown[] = [];
  const keeping: TestHandler = (event, context) => {
    events.push(event);
    contexts.push(context);
    return handler(event, context);
  };
  const gateway = await startGateway({
    routes: ["POST", "GET", "HEAD"].map(method => ({ method, path, handler: keeping, timeoutMilliseconds })),
    onError: error => errors.push(error),
    ...options,
  });
  open.push(gateway);
  const url = `${gateway.url}/v1/streamers/github`;
  return { gateway, url, events, contexts, errors, port: Number(new URL(gateway.url).port) };
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request by node:http, which sends path and headers unchanged. */
export function call(
  url: string,
  {
    method = "POST",
    path,
    headers = {},
    body,
  }: { method?: string; path?: string; headers?: http.OutgoingHttpHeaders; body?: string | Uint8Array } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false, ...(path !== undefined && { path }) });
    request.on("error", reject);
    request.on("response", async response => {
      const parts: Buffer[] = [];
      for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
    });
    const isExpecting = headers.expect !== undefined;
    if (isExpecting) request.on("continue", () => request.end(body)).flushHeaders();
    else request.end(body);
  });
}

/** Writes bytes, and resolves to everything received before the other side closes. */
export function raw(port: number, bytes: string, { end = false } = {}): Promise<string> {
  return new Promise(resolve => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.write(bytes);
      if (end) socket.destroy();
    });
    let received = "";
    socket.on("data", data => {
      received += data;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
  });
}

/** A promise and its resolver. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { opened, open };
}
