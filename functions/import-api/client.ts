import http from "node:http";
import https from "node:https";
import type { Clock, ImportApi, ImportRequest, Outcome } from "../persister/ports.ts";
import { answerBodyTimeoutMsDefault, attempt, type Call } from "./attempt.ts";
import { verdictOf } from "./outcome.ts";
import { type Attempt, retrying } from "./retry.ts";

export interface ImportApiOptions {
  /** The part before `/v2/…`, http or https. */
  readonly url: string;
  /** The access token. */
  readonly token: string;
  /** Asked for a newer one once `refused` is answered with 401. */
  readonly tokenAfter?: (refused: string) => Promise<string>;
  /** The caller's trace, sent along as it is. */
  readonly traceparent?: string | undefined;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** The longest that a connection may be silent; a share of the time that is left is shorter. */
  readonly silenceMsMax?: number;
  /** From the head of an answer to the end of its body. */
  readonly answerBodyTimeoutMs?: number;
  /** Makes one request; a simulation has its own. */
  readonly post?: typeof attempt;
}

const unauthorized = 401;
/** Connections outlive a delivery. */
const agents = {
  "http:": new http.Agent({ keepAlive: true }),
  "https:": new https.Agent({ keepAlive: true }),
} as const;

/**
 * Stitch's Import API over node:http(s) with connections kept alive: a half of the CPU time of fetch and a third of its memory.
 * Throws a TypeError for a url that is none. `send` rejects only for a token that no header can carry.
 */
export function importApi(options: ImportApiOptions): ImportApi {
  const { url, traceparent, clock, random = Math.random, post = attempt, silenceMsMax } = options;
  const endpoint = endpointsBelow(url);
  const agent = agents[endpoint("push").protocol === "http:" ? "http:" : "https:"];
  let { token } = options;
  const answerBodyTimeoutMs = options.answerBodyTimeoutMs ?? answerBodyTimeoutMsDefault;
  const sendAs = (secret: string, request: ImportRequest, deadline: number): Promise<Outcome> => {
    // Made once, so that every attempt sends the same bytes under the same headers.
    const call: Call = {
      url: endpoint(request.endpoint),
      agent,
      headers: { ...headersOf(request, secret), ...(traceparent && { traceparent }) },
      body: request.body,
      secretLength: secret.length,
      answerBodyTimeoutMs,
    };
    const once = async ({ hasHung, ...time }: Attempt) =>
      // Of connections that are kept, others may hang as one did.
      verdictOf(await post(hasHung ? { ...call, agent: false } : call, time), secret);
    return retrying(once, { clock, random, deadline, silenceMsMax });
  };
  /** Where there is no newer one to be had, the refusal stands. */
  const newerThan = (refused: string) =>
    options.tokenAfter === undefined ? refused : options.tokenAfter(refused).catch(() => refused);
  return {
    async send(request, deadline) {
      const used = token;
      const outcome = await sendAs(used, request, deadline);
      if (outcome.kind !== "rejected" || outcome.status !== unauthorized) return outcome;
      token = await newerThan(used);
      if (token === used) return outcome;
      const again = await sendAs(token, request, deadline);
      return { ...again, attempts: outcome.attempts + again.attempts };
    },
  };
}

/** Without a slash at the end: the EU host answers one with 502 (import-api.md section 1.1). */
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
