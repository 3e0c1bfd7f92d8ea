import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import * as z from "zod/mini";
import { type Credentials, StreamerFailed } from "../persister/segments/streaming.ts";

type Renewable = Required<Credentials>;

/** An address of this machine, and how to close it. */
export interface CredentialServer {
  readonly url: string;
  close(): void;
}

/**
 * Lets a streamer's program read its credentials again, and replace those that it renewed, while it runs: it
 * does not have our role. GET answers with them, PUT takes `{"NAME": "new value"}` and answers 204 once it is
 * stored, both in JSON. Nobody else knows the path.
 */
export async function serveCredentials(credentials: Renewable): Promise<CredentialServer> {
  const path = `/${randomUUID()}`;
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

const renewed = z.record(z.string(), z.string());

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
    // Without the parser's own words, which quote what they read.
    const given = z.safeParse(renewed, await json(request).catch(() => undefined));
    if (!given.success) return { status: 400, body: 'It is to be {"NAME": "new value"}' };
    await replace(given.data);
    return { status: 204 };
  } catch (error) {
    // For the streamer's log, which is the run's; a client tries a 503 again.
    return { status: error instanceof StreamerFailed ? 422 : 503, body: (error as Error).message };
  }
}
