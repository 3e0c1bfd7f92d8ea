import type { Fault } from "../functions/persister/errors.ts";
import { CliError, exits } from "./cli-error.ts";
import { faultLines, type LineOf } from "./fault-lines.ts";
import type { Answer } from "./http.ts";
import type { Ports } from "./ports.ts";

/** Where a streamer's segments go. */
export interface Endpoint {
  readonly url: string;
  readonly streamer: string;
  readonly token: string;
  readonly ports: Ports;
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly errors?: readonly Fault[];
  readonly errorsTotal?: number;
}

/** What may pass: a broken connection, another delivery in flight, and trouble on the way. */
const passing = new Set([0, 408, 425, 429, 500, 503, 504]);
const attemptsMax = 10;
const backoffMilliseconds = 250;
const backoffMillisecondsMax = 20_000;
/** A delivery that was cut off holds its streamer for half a minute. */
const retryAfterSecondsMax = 60;

/** What is asked of an endpoint. */
export interface Asked {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Codes of problems that are answers, too. */
  readonly accepts?: readonly string[];
  readonly lineOf?: LineOf;
  /** Hears of each attempt that is made again, and why. */
  readonly onRetry?: ((reason: string) => void) | undefined;
  /** It is not worth waiting for. */
  readonly once?: boolean;
}

/** Sends a request, and again for as long as it helps. Rejects with CliError, which says what to do. */
export async function ask(endpoint: Endpoint, asked: Asked): Promise<Answer> {
  const { clock, random } = endpoint.ports;
  for (let attempt = 1; ; attempt++) {
    const answer = await once(endpoint, asked);
    if (answer.ok) return answer;
    const problem = problemOf(answer);
    if (problem.code !== undefined && asked.accepts?.includes(problem.code)) return answer;
    if (!isPassing(answer.status, problem) || attempt === attemptsMax || asked.once === true)
      throw refusalOf(answer.status, problem, endpoint, asked.lineOf);
    asked.onRetry?.(`${answer.status || "no answer"} ${problem.code ?? ""}`.trim());
    await clock.sleep(waitOf(answer, attempt, random()));
  }
}

/** A 502 without a code is a gateway's; ours is the Import API's refusal. */
const isPassing = (status: number, { code }: Problem) =>
  code === "delivery-in-flight" || passing.has(status) || (status === 502 && code === undefined);

const once = (
  { url, streamer, token, ports }: Endpoint,
  { method, path = "", headers, body }: Asked,
): Promise<Answer> =>
  ports.exchange({
    url: new URL(`${url}/v1/streamers/${streamer}${path}`),
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
  });

function problemOf({ text }: Answer): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return { detail: text.slice(0, 200) };
  }
}

/** Full jitter, or as long as the answer asks for. */
function waitOf({ headers }: Answer, attempt: number, random: number): number {
  const asked = Number(headers["retry-after"] ?? 0);
  const jitter = random * Math.min(backoffMillisecondsMax, backoffMilliseconds * 2 ** attempt);
  return Math.max(Math.min(asked || 0, retryAfterSecondsMax) * 1_000, jitter);
}

function refusalOf(
  status: number,
  problem: Problem,
  { url }: Endpoint,
  lineOf: LineOf = line => line,
): CliError {
  const { code, detail = "", hint = "", errors: faults = [], errorsTotal: total } = problem;
  if (status === 0) {
    return new CliError(`${url} can't be reached: ${detail}. Is --endpoint right?`, exits.unavailable);
  }
  if (status === 412 || code === "superseded") return moved();
  // Its sentence names lines of the segment, where it names any.
  const why = faults.length === 0 ? ` ${detail} ${hint}` : faultLines({ faults, total }, lineOf);
  const said = `${url} answered ${status}${code === undefined ? "" : ` ${code}`}:${why}`.trim();
  if (status === 404 && code === undefined) return new CliError(`${said} Is --endpoint right?`, exits.usage);
  if (status === 401 || status === 403) return new CliError(said, exits.unauthorized);
  const exit = isPassing(status, problem) ? exits.unavailable : exits.refused;
  return new CliError(said, exit);
}

/** What another run has committed since this one began: to send more would take its bookmark back. */
export const moved = () =>
  new CliError(
    "Another run has moved the streamer meanwhile, and nothing more is sent. " +
      "Run it again, from the endpoint's bookmark.",
    exits.unavailable,
  );
