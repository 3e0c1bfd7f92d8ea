import http from "node:http";
import https from "node:https";
import { type HttpProxy, proxyOf } from "./proxy.ts";

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

/** A whole response. */
export interface HttpResponse {
  readonly ok: boolean;
  /** 0 without a response: `text` says why. */
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** An endpoint behind an API Gateway responds within 30 s. */
const silenceMillisecondsMax = 45_000;

/** Sends requests. */
interface Connection {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
  readonly proxy: HttpProxy | undefined;
}

/**
 * Returns a function that sends a request once, over a kept-alive connection, which needs half of the CPU
 * time of fetch and a third of its memory. It goes through the environment's proxy, if there is one for its
 * URL. It rejects only with CliError, for an invalid proxy.
 */
export function httpSender(): (request: HttpRequest) => Promise<HttpResponse> {
  const byOrigin = new Map<string, Connection>();
  return async request => {
    const { origin } = request.url;
    const connection = byOrigin.get(origin) ?? connectionTo(request.url);
    byOrigin.set(origin, connection);
    return fetchOnce(request, connection).catch((error: unknown) => {
      const through = connection.proxy === undefined ? "" : ` through the proxy ${connection.proxy.name}`;
      return { ok: false, status: 0, headers: {}, text: `${reasonOf(error)}${through}` };
    });
  };
}

function connectionTo(url: URL): Connection {
  const proxy = proxyOf(url);
  return url.protocol === "https:"
    ? { request: https.request, agent: proxy?.agent ?? new https.Agent({ keepAlive: true }), proxy }
    : { request: http.request, agent: proxy?.agent ?? new http.Agent({ keepAlive: true }), proxy };
}

/** Returns why there is no response, such as `ECONNREFUSED 127.0.0.1:4848`. */
function reasonOf(error: unknown): string {
  // A name with several addresses fails once for each of them.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  const { code, message, address, port } = first as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
  };
  if (code !== undefined && address !== undefined) {
    const host = address.includes(":") ? `[${address}]` : address;
    return `${code} ${host}${port === undefined ? "" : `:${port}`}`;
  }
  return message || (code ?? "the connection broke");
}

async function fetchOnce(
  { url, method, headers, body }: HttpRequest,
  { request, agent }: Connection,
): Promise<HttpResponse> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const length = body && { "content-length": String(body.length) };
    const sent = request(url, { method, agent, headers: { ...headers, ...length } });
    const end = () => sent.destroy(new Error(`silent for ${silenceMillisecondsMax / 1_000} s`));
    sent.setTimeout(silenceMillisecondsMax, end);
    // A proxy's agent has no socket yet, whose time could be limited.
    const connecting = setTimeout(end, silenceMillisecondsMax);
    sent.on("socket", () => clearTimeout(connecting)).on("close", () => clearTimeout(connecting));
    sent.on("response", resolve).on("error", reject).end(body);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const status = response.statusCode!;
  const ok = status >= 200 && status < 300;
  return { ok, status, headers: response.headers, text: Buffer.concat(chunks).toString() };
}
