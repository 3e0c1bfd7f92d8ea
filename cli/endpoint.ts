import * as z from "zod";
import { retryAfterMilliseconds } from "../functions/import-api/retry.ts";
import { type Backoff, delayOf } from "../functions/persister/backoff.ts";
import { CliError, exits, usageError } from "./cli-error.ts";
import { faultLines, type LineOf } from "./fault-lines.ts";
import type { HttpResponse } from "./http.ts";
import type { Ports } from "./ports.ts";
import { cut, visible } from "./text.ts";

/** A Persister endpoint. */
export interface Server {
  readonly url: string;
  readonly token: string;
  readonly ports: Ports;
  /** Is called before each retry of a request that has no `onRetry` of its own. */
  readonly onRetry?: (reason: string) => void;
}

/** The endpoint that a streamer's segments are sent to. */
export interface Endpoint extends Server {
  readonly streamer: string;
}

type Addressee = Server & Partial<Endpoint>;

const text = z.string().transform(visible);
const faultSchema = z.object({
  line: z.number(),
  stream: z.string().exactOptional(),
  field: z.string().exactOptional(),
  message: z.string(),
});
const problemSchema = z
  .object({
    code: text,
    detail: text,
    hint: text,
    errors: z.array(faultSchema),
    errorsTotal: z.number(),
    /** API Gateway's own answers have no other member. */
    message: text,
  })
  .partial();
type Problem = z.infer<typeof problemSchema>;

/** Statuses that a retry may overcome; 0 is a broken connection. */
const transient = new Set([0, 408, 425, 429, 500, 503, 504]);
const attemptsMax = 10;
const backoff: Backoff = { firstMillisecondsMax: 500, millisecondsMax: 20_000 };
/** A delivery that was cut off holds its streamer for 30 s. */
const retryAfterMillisecondsMax = 60_000;

/** A request to an endpoint, about its streamer if it has one. */
export interface EndpointRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Codes of problems that are results, not errors. */
  readonly accepts?: readonly string[];
  readonly lineOf?: LineOf;
  /** Is called before each retry with its reason. */
  readonly onRetry?: ((reason: string) => void) | undefined;
  /** false: make a single attempt. */
  readonly retry?: false;
}

/** Sends a request, and retries it while that may help. Rejects with CliError, which says what to do. */
export async function sendRequest(endpoint: Addressee, request: EndpointRequest): Promise<HttpResponse> {
  const { clock, random } = endpoint.ports;
  for (let attempt = 1; ; attempt++) {
    const answer = await sendOnce(endpoint, request);
    if (answer.ok) return answer;
    const problem = problemOf(answer);
    if (problem.code !== undefined && request.accepts?.includes(problem.code)) return answer;
    if (!isTransient(answer.status, problem) || attempt === attemptsMax || request.retry === false)
      throw refusalOf(answer.status, problem, endpoint, request.lineOf);
    const wait = waitOf(answer, { attempt, random: random(), now: clock.now() });
    const reason = answer.status === 0 ? answer.text : `${answer.status} ${problem.code ?? ""}`.trim();
    const next = `next in ${(wait / 1_000).toFixed(1)} s`;
    (request.onRetry ?? endpoint.onRetry)?.(`${reason}, attempt ${attempt} of ${attemptsMax}, ${next}`);
    await clock.sleep(wait);
  }
}

/** A 502 without a code is the gateway's; with a code, the Import API has rejected records. */
const isTransient = (status: number, { code }: Problem) =>
  code === "delivery-in-flight" || transient.has(status) || (status === 502 && code === undefined);

const sendOnce = (
  { url, streamer, token, ports }: Addressee,
  { method, path = "", headers, body }: EndpointRequest,
): Promise<HttpResponse> =>
  ports.sendHttp({
    url: new URL(`${url}/v1${streamer === undefined ? "" : `/streamers/${streamer}`}${path}`),
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
  });

/** More of what another server says doesn't help. */
const strangeWidthMax = 200;

function problemOf({ status, headers, text }: HttpResponse): Problem {
  const { location } = headers;
  if (status >= 300 && status < 400 && location !== undefined)
    return { detail: `it redirects to ${visible(location)}.` };
  if (/^\s*</.test(text)) return { detail: "a page of HTML, which another server or a proxy has sent." };
  try {
    const { message, ...problem } = problemSchema.parse(JSON.parse(text));
    return { detail: message, ...problem };
  } catch {
    return { detail: cut(visible(text.trim()), strangeWidthMax) };
  }
}

/** Returns how long to wait after an attempt, from 1, or as long as the response asks for; ms. */
function waitOf(
  { headers }: HttpResponse,
  { attempt, random, now }: { readonly attempt: number; readonly random: number; readonly now: number },
): number {
  const asked = retryAfterMilliseconds(headers["retry-after"], now);
  return Math.max(Math.min(asked, retryAfterMillisecondsMax), delayOf(backoff, attempt - 1, random));
}

function refusalOf(
  status: number,
  problem: Problem,
  { url }: Server,
  lineOf: LineOf = line => line,
): CliError {
  const { code, detail = "", hint = "", errors: faults = [], errorsTotal: total } = problem;
  if (status === 0) {
    return new CliError(`${url} can't be reached: ${detail}. Is --endpoint right?`, exits.unavailable);
  }
  if (status === 407)
    return new CliError(
      `A proxy before ${url} asks for a password: set it in HTTPS_PROXY, http://USER:PASSWORD@HOST:PORT.`,
      exits.unauthorized,
    );
  if (status === 412 || code === "superseded") return movedError();
  // If there are faults, the detail names the segment's lines, not the stream's.
  const why = faults.length === 0 ? ` ${detail} ${hint}` : faultLines({ faults, total }, lineOf);
  const said = `${url} answered ${status}${code === undefined ? "" : ` ${code}`}:${why}`.trim();
  if ((status === 404 || (status >= 300 && status < 400)) && code === undefined)
    return new CliError(`${said} Is --endpoint right?`, exits.usageError);
  if (status === 401 || status === 403) return new CliError(said, exits.unauthorized);
  const exit = isTransient(status, problem) ? exits.unavailable : exits.refused;
  return new CliError(said, exit);
}

/** Another run has committed after this one began: sending more would reset its bookmark. */
export const movedError = () =>
  new CliError(
    "Another run has moved the streamer, so nothing more is sent. " +
      "Run this again, from the endpoint's bookmark.",
    exits.unavailable,
  );

/**
 * Parses a response's text as JSON. Throws CliError if another server than a Persister endpoint has
 * answered.
 */
export function jsonOf(text: string, server: Server): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw strangerError(server);
  }
}

/** Parses a response's text as a JSON object. Throws CliError like `jsonOf`. */
export function objectOf(text: string, server: Server): object {
  const value = jsonOf(text, server);
  if (typeof value !== "object" || value === null) throw strangerError(server);
  return value;
}

/** Another server than a Persister endpoint has answered. */
export const strangerError = ({ url }: Server) =>
  usageError(`${url} answers, but it is not a Persister endpoint. Is --endpoint right?`);
