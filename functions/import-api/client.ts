import type http from "node:http";
import https from "node:https";
import type { Outcome } from "../persister/destination.ts";
import type { Clock } from "../persister/ports.ts";
import { answerBodyTimeoutMillisecondsDefault, type Call, nodeHttp, postOnce } from "./http-post.ts";
import { verdictOf } from "./outcome.ts";
import type { ImportApi, ImportRequest } from "./request.ts";
import { type Attempt, withRetries } from "./retry.ts";

/** The account that records are written to. */
interface Account {
  readonly clientId: number;
  /** The access token. */
  readonly token: string;
}

export interface ImportApiOptions {
  /** The part before `/v2/…`, http or https. */
  readonly url: string;
  readonly account: Account;
  /** Resolves to the current account. Called after its token `refused` was answered with 401. */
  readonly accountAfter?: (refused: string) => Promise<Account>;
  /** The caller's trace, forwarded unchanged. */
  readonly traceparent?: string | undefined;
  readonly clock: Clock;
  /** The client's own if absent. */
  readonly connections?: Connections;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** The longest that a connection may be silent, if that is less than its share of the remaining time. */
  readonly silenceMillisecondsMax?: number;
  /** From the head of an answer to the end of its body. */
  readonly answerBodyTimeoutMilliseconds?: number;
  /** Makes one request; a simulation has its own. */
  readonly post?: typeof postOnce;
}

const unauthorized = 401;
/** Connections that are kept open between requests, by protocol. */
interface Connections {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export const keptConnections = (): Connections => ({
  http: new (nodeHttp().Agent)({ keepAlive: true }),
  https: new https.Agent({ keepAlive: true }),
});

/**
 * Returns a client of Stitch's Import API over node:http(s) with kept-alive connections, which needs half of
 * the CPU time of fetch and a third of its memory. Throws a TypeError for an invalid url. `send` rejects only
 * for a token that no header can hold.
 */
export function importApi(options: ImportApiOptions): ImportApi {
  const { url, traceparent, clock, random = Math.random, post = postOnce, silenceMillisecondsMax } = options;
  const { connections = keptConnections() } = options;
  const endpoint = endpointsBelow(url);
  const agent = connections[endpoint("push").protocol === "http:" ? "http" : "https"];
  let { account } = options;
  const answerBodyTimeoutMilliseconds =
    options.answerBodyTimeoutMilliseconds ?? answerBodyTimeoutMillisecondsDefault;
  const sendAs = (secret: string, request: ImportRequest, deadline: number): Promise<Outcome> => {
    // Made once, so that every attempt sends the same bytes under the same headers.
    const call: Call = {
      url: endpoint(request.endpoint),
      agent,
      headers: { ...headersOf(request, secret), ...(traceparent && { traceparent }) },
      body: request.body,
      secretLength: secret.length,
      answerBodyTimeoutMilliseconds,
    };
    const attemptOnce = async ({ hasHung, ...time }: Attempt) =>
      // Other kept-alive connections may hang as well.
      verdictOf(await post(hasHung ? { ...call, agent: false } : call, time), secret);
    return withRetries(attemptOnce, { clock, random, deadline, silenceMillisecondsMax });
  };
  /** Without a newer account, the refusal is the result. */
  const newerThan = async (used: Account) =>
    (await options.accountAfter?.(used.token).catch(() => used)) ?? used;
  return {
    async send(request, deadline) {
      const used = account;
      const outcome = await sendAs(used.token, request, deadline);
      if (outcome.kind !== "rejected" || outcome.status !== unauthorized) return outcome;
      const newer = await newerThan(used);
      if (newer.clientId !== used.clientId) return { ...accountChanged, attempts: outcome.attempts };
      if (newer.token === used.token) return outcome;
      account = newer;
      const again = await sendAs(account.token, request, deadline);
      return { ...again, attempts: outcome.attempts + again.attempts };
    },
  };
}

/** The delivery's requests were made for its first account; the rest must not go to another one. */
const accountChanged = {
  kind: "failed",
  reason: "unavailable",
  message: "The Import API account of this streamer became another one, with its own client id",
} as const;

/** URLs have no slash at the end: the EU host answers one with 502 (import-api.md section 1.1). */
function endpointsBelow(url: string): (endpoint: ImportRequest["endpoint"]) => URL {
  const base = url.replace(/\/+$/, "");
  return endpoint => new URL(`${base}/v2/import/${endpoint}`);
}

const headersOf = ({ contentType, body }: ImportRequest, token: string) => ({
  Authorization: `Bearer ${token}`,
  "Content-Type": contentType,
  "Content-Length": body.length,
  Accept: "application/json",
  "Accept-Encoding": "identity",
  "User-Agent": "persister",
});
