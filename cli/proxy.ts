import type { Agent } from "node:http";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { usageError } from "./cli-error.ts";

/** A proxy, and the agent that keeps connections through it. */
export interface HttpProxy {
  readonly agent: Agent;
  /** Without its password. */
  readonly name: string;
}

/**
 * Returns the proxy that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY choose for a URL; undefined for
 * none. Requests to this machine use none, as in Go's net/http. Throws CliError for an invalid proxy.
 */
export function proxyOf(url: URL): HttpProxy | undefined {
  if (isLoopback(url.hostname)) return undefined;
  const chosen = withScheme(getProxyForUrl(url.href));
  if (chosen === "") return undefined;
  if (!URL.canParse(chosen) || !/^https?:$/.test(new URL(chosen).protocol))
    throw usageError(
      `The proxy for ${url.protocol}// is not a URL of http or https: set it as http://HOST:PORT in ` +
        `${url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY"}.`,
    );
  const { origin } = new URL(chosen);
  const agent =
    url.protocol === "https:"
      ? new HttpsProxyAgent(chosen, { keepAlive: true })
      : new HttpProxyAgent(chosen, { keepAlive: true });
  return { agent, name: origin };
}

const isLoopback = (host: string) =>
  host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\./.test(host);

/** `proxy:3128` is a proxy of http, as for curl; the library gives it the scheme of the requested URL. */
function withScheme(proxy: string): string {
  const { https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY } = process.env;
  const bare = proxy.startsWith("https://") ? proxy.slice("https://".length) : undefined;
  const isBare = bare !== undefined && [https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY].includes(bare);
  return isBare ? `http://${bare}` : proxy;
}
