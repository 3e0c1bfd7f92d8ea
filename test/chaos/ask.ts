/** The result of a request. Without an answer there is no status. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: Headers;
  readonly text: string;
  /** The problem document's code, or a description of the answer. */
  readonly code: string;
}

/** Longer than any delivery and its lease. */
const answerMillisecondsMax = 10_000;

/**
 * Answers after which the same request may succeed later. Any other is a fault of the product or of this
 * test.
 */
const passing = new Set([
  "no answer",
  "delivery-in-flight",
  "archive-unavailable",
  "store-unavailable",
  "unavailable",
  "out-of-time",
  // API Gateway's own, for a function that exceeded its time: on a busy machine one does.
  "500 without a code",
  "503 without a code",
]);

/** Sends a request once and reads the whole answer: the server may be killed while it answers. */
export async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerMillisecondsMax) });
    const { status, headers } = response;
    const text = await response.text();
    return { status, headers, text, code: status === 200 ? "ok" : codeOf(status, text) };
  } catch (error) {
    // fetch and its signal throw these for connections; anything else is our own fault.
    if (!(error instanceof TypeError) && (error as Error).name !== "TimeoutError") throw error;
    return { status: undefined, headers: new Headers(), text: "", code: "no answer" };
  }
}

/** Throws for an answer after which the same request must not be sent again. */
export function refuseUnlessPassing({ status, code, text }: Answer, streamer: string): void {
  if (!passing.has(code)) throw new Error(`${streamer}: ${status} ${code}: ${text}`);
}

/** How long the answer asks to wait, in ms. */
export const retryAfterMilliseconds = ({ headers }: Answer) =>
  Number(headers.get("retry-after") ?? 0) * 1_000;

function codeOf(status: number, text: string): string {
  const { code } = JSON.parse(text || "{}") as { code?: string };
  return code ?? `${status} without a code`;
}
