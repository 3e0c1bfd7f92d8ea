import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import * as z from "zod/mini";
import { type Credentials, StreamerFailed } from "./streaming.ts";

type Renewable = Required<Credentials>;

/** A server on this machine. */
export interface CredentialServer {
  readonly url: string;
  close(): void;
}

/**
 * Serves a streamer's credentials to its program, which so needs no role. GET answers with them as
 * JSON. PUT accepts `{"NAME": "new value"}` for those that the program has renewed, and answers 204 once it
 * is stored. The path is random, so no other program knows it.
 */
export async function serveCredentials(credentials: Renewable): Promise<CredentialServer> {
  const path = `/${randomUUID()}`;
  // An import of node:http takes 30 ms of CPU time on Node 24: its exports name a WebSocket client.
  const { createServer } = process.getBuiltinModule("node:http");
  const server = createServer(async (request, response) => {
    const { status, body } = await answerTo(request, path, credentials);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const renewed = () => z.record(z.string(), z.string());

interface Reply {
  readonly status: number;
  readonly body?: string;
}

async function answerTo(
  request: IncomingMessage,
  path: string,
  { read, replace }: Renewable,
): Promise<Reply> {
  if (request.url !== path) return { status: 404 };
  try {
    if (request.method === "GET") return { status: 200, body: JSON.stringify(await read()) };
    if (request.method !== "PUT") return { status: 405 };
    // The parser's message would quote the credential.
    const given = z.safeParse(renewed(), await json(request).catch(() => undefined));
    if (!given.success) return { status: 400, body: 'The body must be {"NAME": "new value"}.' };
    await replace(given.data);
    return { status: 204 };
  } catch (error) {
    // The streamer logs the message, and its client retries a 503.
    return { status: error instanceof StreamerFailed ? 422 : 503, body: (error as Error).message };
  }
}
