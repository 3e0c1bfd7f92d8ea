/** What a request came to; no status where there was no answer. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: Headers;
  readonly text: string;
  /** The problem's, or what else tells one answer from another. */
  readonly code: string;
}

/** Longer than a delivery may take and its lease may last. */
const answerMillisecondsMax = 10_000;

/**
 * These say that the same request may go well later; any other is a fault of the product, or of this test.
 */
const passing = new Set([
  "no answer",
  "delivery-in-flight",
  "archive-unavailable",
  "store-unavailable",
  "unavailable",
  "out-of-time",
]);

/** Asks once, and reads the answer to its end: a server may be killed in the midst of it. */
export async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerMillisecondsMax) });
    const { status, headers } = response;
    const text = await response.text();
    return { status, headers, text, code: status === 200 ? "ok" : codeOf(status, text) };
  } catch (error) {
    // What fetch and its signal say of connections; the rest is ours.
    if (!(error instanceof TypeError) && (error as Error).name !== "TimeoutError") throw error;
    return { status: undefined, headers: new Headers(), text: "", code: "no answer" };
  }
}

/** Throws for an answer after which the same request is not to be sent again. */
export function refuseUnlessPassing({ status, code, text }: Answer, streamer: string): void {
  if (!passing.has(code)) throw new Error(`${streamer}: ${status} ${code}: ${text}`);
}

/** How long the answer asks to wait, ms. */
export const retryAfterMilliseconds = ({ headers }: Answer) =>
  Number(headers.get("retry-after") ?? 0) * 1_000;

function codeOf(status: number, text: string): string {
  const { code } = JSON.parse(text || "{}") as { code?: string };
  return code ?? `${status} without a code`;
}
