import {
  type Api,
  addressOf,
  jsonOrUndefined,
  type UnexpectedResponse,
  unexpectedResponse,
} from "./check-page.ts";

/**
 * A refusal's reach, which can't be read: everything, its source, or nothing if there is nothing to read.
 */
type Reach = "run" | "source" | "nothing";

/**
 * The vendor refused a request. The message has the status, address and reason, and on its own line a hint.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly reach: Reach;

  constructor(message: string, status: number, reach: Reach) {
    super(message);
    this.status = status;
    this.reach = reach;
  }
}

/** Returns the HTTP status of a Refusal; undefined for other errors. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Refusal ? error.status : undefined;

const unauthorized = 401;
const timeout = 408;
const tooManyRequests = 429;
const serverError = 500;
/** The credential and the rate limit are the whole run's. */
const ofRun: readonly number[] = [unauthorized, timeout, tooManyRequests];

/**
 * Returns the error for a response with an error status. A page of HTML is common with 5xx; with any other
 * status it is a proxy's.
 */
export async function refusalOf(response: Response, api: Api): Promise<Refusal | UnexpectedResponse> {
  const { status } = response;
  const text = await response.text();
  const isPage = text.trimStart().startsWith("<");
  if (isPage && status < serverError) return unexpectedResponse(response, api);
  const words = (isPage ? "" : wordsIn(text)) || response.statusText || "no reason given";
  const message = `${addressOf(response.url)} answered ${status}: ${words}\n${hintFor(status, api)}`;
  return new Refusal(message, status, reachOf(status, words, api));
}

function reachOf(status: number, words: string, { saysEmpty }: Api): Reach {
  if (ofRun.includes(status)) return "run";
  return saysEmpty?.(status, words) ? "nothing" : "source";
}

function hintFor(status: number, { owner, hints }: Api): string {
  const hint = hints[status];
  if (hint !== undefined) return hint;
  if (status === tooManyRequests) return `${owner}'s rate limit is still reached: run it again later`;
  return `Run it again later; if the error persists, show it to ${owner}'s support`;
}

/** GitHub and Chargebee send `message`, Chargebee also a code; Drift sends `error`, a text or an object. */
function wordsIn(text: string): string {
  const body = (jsonOrUndefined(text) ?? {}) as {
    message?: unknown;
    error?: unknown;
    api_error_code?: unknown;
  };
  const inner = body.error as { message?: unknown } | string | undefined;
  const words = body.message ?? (typeof inner === "object" ? inner?.message : inner);
  if (typeof words !== "string") return short(text);
  return short(typeof body.api_error_code === "string" ? `${words} (${body.api_error_code})` : words);
}

const wordsCharsMax = 300;
const short = (text: string) => text.replaceAll(/\s+/g, " ").trim().slice(0, wordsCharsMax);
