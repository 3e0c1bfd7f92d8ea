import { type Api, addressOf, jsonIn, type Stray, strayOf } from "./check-page.ts";

/**
 * What a refusal keeps from being read: all, as a dead credential does; its source; or nothing, where there
 * is nothing to read.
 */
type Reach = "run" | "source" | "nothing";

/** The vendor refused a request: status, address, its words and, on a line of its own, what to do. */
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

/** The HTTP status that a request was refused with. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof Refusal ? error.status : undefined;

const unauthorized = 401;
const timeout = 408;
const tooManyRequests = 429;
const serverError = 500;
/** The credential, or the pace, is the whole run's. */
const ofRun: readonly number[] = [unauthorized, timeout, tooManyRequests];

/**
 * What a vendor's answer with an error status comes to. A 5xx has often a page of HTML, another one is a
 * proxy's.
 */
export async function refusalOf(response: Response, api: Api): Promise<Refusal | Stray> {
  const { status } = response;
  const text = await response.text();
  const isPage = text.trimStart().startsWith("<");
  if (isPage && status < serverError) return strayOf(response, api);
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
  return `Run it again later; if the answer stays, show it to ${owner}'s support`;
}

/**
 * GitHub and Chargebee have `message`, Chargebee a code as well; Drift has `error`, a text or `{type,
 * message}`.
 */
function wordsIn(text: string): string {
  const body = (jsonIn(text) ?? {}) as { message?: unknown; error?: unknown; api_error_code?: unknown };
  const inner = body.error as { message?: unknown } | string | undefined;
  const words = body.message ?? (typeof inner === "object" ? inner?.message : inner);
  if (typeof words !== "string") return short(text);
  return short(typeof body.api_error_code === "string" ? `${words} (${body.api_error_code})` : words);
}

const wordsCharsMax = 300;
const short = (text: string) => text.replaceAll(/\s+/g, " ").trim().slice(0, wordsCharsMax);
