import { PersisterError } from "../persister/errors.ts";
import { BackgroundWork } from "./background-work.ts";
import type { ProblemCode } from "./catalogue-entry.ts";
import { etagOf } from "./conditions.ts";
import { errorCatalogue } from "./error-catalogue.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { bookmarkMembers, jsonText } from "./response-members.ts";

/**
 * Resolves to the response of `respond`, or to the problem document (RFC 9457) of what it throws, once the
 * background work has ended.
 */
export async function withProblems(
  request: HttpRequest,
  respond: (background: BackgroundWork) => Promise<HttpResponse>,
  report: (refused: PersisterError) => Promise<void> = async () => {},
): Promise<HttpResponse> {
  const background = new BackgroundWork();
  try {
    return await respond(background);
  } catch (error) {
    if (error instanceof PersisterError) {
      if (isTrouble(error)) logFailure(request, error);
      if (isReported(request, error)) await report(error);
      return problemResponse(request.path, error);
    }
    logInternal(request, error);
    return problem("internal", request.path, { detail: `The request ${request.requestId} failed.` });
  } finally {
    await background.end();
  }
}

/** The refusals that happen most often: of a token, a precondition, a body's size on the wire. */
const reported: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "unauthorized",
  "forbidden",
  "precondition-failed",
  "body-too-large",
]);

/**
 * A body's other faults are its delivery's report. Two people who change one thing at once are no trouble.
 */
const isReported = ({ method }: HttpRequest, { code }: PersisterError) =>
  reported.has(code) && (code !== "precondition-failed" || method === "POST");

/** Returns whether something failed at the endpoint, even if only reading what is committed. */
const isTrouble = ({ code, details }: PersisterError) =>
  errorCatalogue[code].status >= 500 || details.committed === "unknown";

/** Returns the problem document of an error in a request for `path`. */
export function problemResponse(path: string, error: PersisterError): HttpResponse {
  const { hint, faults, faultsTotal, retryAfterSeconds, inFlight, delivery, archive, limit, actual } =
    error.details;
  const committed = error.details.committed === "unknown" ? undefined : error.details.committed;
  const members = {
    detail: error.message,
    hint,
    delivery,
    archive,
    limit,
    actual,
    inFlight,
    errors: faults,
    errorsTotal: faultsTotal,
    revision: committed?.revision,
  };
  const response = problem(error.code, path, members, bookmarkMembers(committed?.bookmark));
  if (retryAfterSeconds !== undefined) response.headers["retry-after"] = String(retryAfterSeconds);
  const tagged = error.details.version ?? committed?.revision;
  if (tagged !== undefined) response.headers.etag = etagOf(tagged);
  if (response.status === 401) response.headers["www-authenticate"] = "Bearer";
  return response;
}

interface ProblemMembers {
  readonly detail: string;
  readonly hint?: string | undefined;
}

/** `type` is a relative reference, resolved against the request's URL: RFC 9457 section 3.1.1. */
function problem(
  code: ProblemCode,
  instance: string,
  { detail, hint, ...others }: ProblemMembers,
  spliced = {},
): HttpResponse {
  const entry = errorCatalogue[code];
  const { status, title } = entry;
  const type = `/v1/errors/${code}`;
  const members = { type, title, status, detail, hint: hint ?? entry.hint, instance, code, ...others };
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
    body: jsonText(members, spliced),
  };
}

/**
 * Logs a failure of the endpoint for its operators. Logs names only: an SDK's message may quote the
 * request.
 */
function logFailure({ requestId }: HttpRequest, { code, details, cause }: PersisterError): void {
  const inner = cause instanceof PersisterError ? cause : undefined;
  log({
    requestId,
    code,
    delivery: details.delivery,
    object: details.object ?? inner?.details.object,
    cause: nameOf(inner?.cause ?? cause),
  });
}

const nameOf = (cause: unknown) => (cause instanceof Error ? cause.name : undefined);

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
