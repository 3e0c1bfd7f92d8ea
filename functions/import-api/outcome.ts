import { fitForMessage, messageOf } from "./error-message.ts";
import type { Answer, Silence } from "./http-post.ts";

/** The result of one attempt. `transient` may be retried. */
export type Verdict =
  | { readonly kind: "accepted" }
  | {
      readonly kind: "rejected";
      readonly status: number;
      readonly message: string;
      /** The index of the record that it is about, if it is known. */
      readonly record?: number;
    }
  | {
      readonly kind: "transient";
      readonly reason: "unavailable" | "out-of-time";
      readonly message: string;
      /** The Import API was silent for too long. */
      readonly hung?: true;
      /** The header, unparsed. */
      readonly retryAfter?: string;
    };

const requestTimeout = 408;
const tooManyRequests = 429;

/**
 * Any 2xx is accepted, whatever its body (its codes drifted: import-api.md section 3), except an HTML page,
 * which comes from a proxy or another server that accepted nothing. 408, 429 and 5xx are transient.
 * Everything else is permanent, redirects included: following one would send the token to another server. The
 * status is the verdict even if the connection drops after it, so that nothing accepted is sent twice to a
 * table without keys. No message contains `token`.
 */
export function verdictOf(end: Answer | Silence, token: string): Verdict {
  if (end.kind === "silence") {
    const reason = end.reason === "deadline" ? "out-of-time" : "unavailable";
    const message = fitForMessage(end.message, token);
    return { kind: "transient", reason, message, ...(end.reason === "hung" && { hung: true }) };
  }
  const { status } = end;
  if (status >= 200 && status < 300)
    return isPage(end) ? { kind: "rejected", status, message: aPage } : { kind: "accepted" };
  if (!isTransient(status)) {
    const message = messageOrStatus(end, token);
    return { kind: "rejected", status, message, ...recordIn(message) };
  }
  return {
    kind: "transient",
    reason: "unavailable",
    message: fitForMessage(`The Import API answered ${status}: ${messageOrStatus(end, token)}`, token),
    ...(end.retryAfter !== undefined && { retryAfter: end.retryAfter }),
  };
}

/** `/batch` names the first bad record by its index: import-api.md section 1.5. */
function recordIn(message: string): { readonly record?: number } {
  const index = /^Record (\d+) /.exec(message)?.[1];
  return index === undefined ? {} : { record: Number(index) };
}

const isPage = ({ contentType }: Answer) => /^text\/html/i.test(contentType);
const aPage = "a page of HTML, which is not from the Import API: another server answered at its address";

const isTransient = (status: number) =>
  status === requestTimeout || status === tooManyRequests || status >= 500;

function messageOrStatus({ status, statusText, body }: Answer, token: string): string {
  return messageOf(body, token) || fitForMessage(`HTTP ${status} ${statusText}`.trim(), token);
}
