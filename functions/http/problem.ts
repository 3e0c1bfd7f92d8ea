import { type ErrorCode, PersisterError } from "../persister/errors.ts";
import { etagOf } from "./answer-headers.ts";
import { Aside } from "./aside.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { bookmarkMembers, json } from "./json-text.ts";

/** Each error's status and title, in order of precedence. docs/errors.md is compared with it. */
export const problems: Record<ErrorCode, { readonly status: number; readonly title: string }> = {
  "tokens-unavailable": { status: 503, title: "Tokens unavailable" },
  unauthorized: { status: 401, title: "Not authorized" },
  forbidden: { status: 403, title: "Not for this token" },
  "bad-streamer-name": { status: 400, title: "Not a streamer's name" },
  "bad-query": { status: 400, title: "A query that can't be read" },
  "precondition-required": { status: 428, title: "Precondition required" },
  "body-too-large": { status: 413, title: "Body too large" },
  "archive-unavailable": { status: 503, title: "Archive unavailable" },
  "bad-header": { status: 400, title: "A header that can't be read" },
  "unsupported-encoding": { status: 415, title: "Unsupported encoding" },
  "unsupported-type": { status: 415, title: "Unsupported media type" },
  "broken-gzip": { status: 400, title: "Broken gzip" },
  "inflated-too-large": { status: 413, title: "Body too large when unzipped" },
  "store-unavailable": { status: 503, title: "Bookmark store unavailable" },
  "key-reused": { status: 422, title: "Idempotency-Key of another body" },
  "account-unavailable": { status: 503, title: "Import API account unavailable" },
  "not-a-stitchstream": { status: 400, title: "Not a stitchstream" },
  malformed: { status: 400, title: "Malformed messages" },
  "bookmark-too-large": { status: 413, title: "Bookmark too large" },
  "invalid-records": { status: 422, title: "Records that can't be persisted" },
  "delivery-in-flight": { status: 409, title: "Another delivery is in flight" },
  superseded: { status: 409, title: "Superseded by another delivery" },
  "precondition-failed": { status: 412, title: "The streamer has moved on" },
  rejected: { status: 502, title: "Rejected by the Import API" },
  unavailable: { status: 503, title: "Import API unavailable" },
  "out-of-time": { status: 504, title: "Out of time" },
  "no-streamer": { status: 404, title: "No such streamer" },
  "no-delivery": { status: 404, title: "No such delivery" },
  "no-bookmark": { status: 404, title: "No bookmark yet" },
  "not-acceptable": { status: 406, title: "Not acceptable" },
};

export const internal = { status: 500, title: "Internal error" };

/**
 * Answers with what `app` answers, or with the problem document (RFC 9457) of what it throws; what it started aside is over
 * by then.
 */
export async function answering(
  request: HttpRequest,
  app: (aside: Aside) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const aside = new Aside();
  try {
    return await app(aside);
  } catch (error) {
    if (error instanceof PersisterError) {
      if (isTrouble(error)) logFailure(request, error);
      return problemResponse(request.path, error);
    }
    logInternal(request, error);
    return problem(internal.status, {
      type: typeOf("internal"),
      title: internal.title,
      status: internal.status,
      detail: `Something broke that is not your fault. Send it again; if it stays, report ${request.requestId}.`,
      instance: request.path,
      code: "internal",
    });
  } finally {
    await aside.end();
  }
}

/** It is not the caller's alone: something failed here, if only to say what is committed. */
const isTrouble = ({ code, details }: PersisterError) =>
  problems[code].status >= internal.status || details.committed === "unknown";

/** The problem document of an error in what was asked of `path`. */
export function problemResponse(path: string, error: PersisterError): HttpResponse {
  const { status, title } = problems[error.code];
  const { faults, faultsTotal, retryAfterSeconds, inFlight, delivery, archive, limit, actual } =
    error.details;
  const committed = error.details.committed === "unknown" ? undefined : error.details.committed;
  const members = {
    type: typeOf(error.code),
    title,
    status,
    detail: error.message,
    instance: path,
    code: error.code,
    delivery,
    archive,
    limit,
    actual,
    inFlight,
    errors: faults,
    errorsTotal: faultsTotal,
    revision: committed?.revision,
  };
  const response = problem(status, members, bookmarkMembers(committed?.bookmark));
  if (retryAfterSeconds !== undefined) response.headers["retry-after"] = String(retryAfterSeconds);
  if (committed !== undefined) response.headers.etag = etagOf(committed.revision);
  if (status === 401) response.headers["www-authenticate"] = "Bearer";
  return response;
}

function problem(status: number, members: object, spliced = {}): HttpResponse {
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
    body: json(members, spliced),
  };
}

const typeOf = (code: string) => `urn:persister:problem:${code}`;

/** What failed beyond the caller, for those who run it: names alone, for an SDK's message may quote what was sent. */
function logFailure({ requestId }: HttpRequest, { code, details, cause }: PersisterError): void {
  log({
    requestId,
    code,
    delivery: details.delivery,
    cause: cause instanceof Error ? cause.name : undefined,
  });
}

function logInternal({ requestId }: HttpRequest, error: unknown): void {
  const { name, stack } = error instanceof Error ? error : new Error("thrown");
  log({
    requestId,
    code: "internal",
    cause: name,
    frames: stack?.split("\n").filter(line => line.startsWith("    at ")),
  });
}

const log = (members: object) => process.stderr.write(`${JSON.stringify({ level: "ERROR", ...members })}\n`);
