import type { StreamerState } from "../persister/commit/state.ts";
import type { DayCounts, LastFailure } from "../persister/entries.ts";
import type { DeliveryStatus } from "../persister/query/overview.ts";
import type { Page, Summary } from "../persister/query/streamers.ts";
import type { Commit, StoredLease } from "../persister/store.ts";
import type { ProblemCode } from "./catalogue-entry.ts";
import { etagOf } from "./conditions.ts";
import { mediaTypes } from "./conversion.ts";
import type { daysSchema } from "./day-schemas.ts";
import { entryOf } from "./error-page.ts";
import type { HttpResponse } from "./http-message.ts";
import { bookmarkMembers, jsonText, writeWithStreams } from "./response-members.ts";
import type { Members } from "./responses.ts";
import type {
  deliveriesSchema,
  deliverySchema,
  statusSchema,
  streamerSchema,
  streamersSchema,
  summarySchema,
} from "./schemas.ts";

type SummaryMembers = Members<typeof summarySchema>;
type StatusMembers = Members<typeof statusSchema>;

/** Returns a page of streamers. */
export function streamersResponse({ entries, next }: Page<Summary>): HttpResponse {
  const members: Members<typeof streamersSchema> = { next, streamers: entries.map(summaryMembers) };
  return ok(jsonText(members, {}));
}

/** Returns a streamer's state and bookmark. */
export function streamerResponse({
  summary,
  last,
  state,
}: {
  readonly summary: Summary;
  readonly last: Commit | undefined;
  readonly state: StreamerState;
}): HttpResponse {
  const members: Members<typeof streamerSchema> = {
    ...summaryMembers(summary),
    lastCommit: last && { by: last.by, delivery: last.delivery },
  };
  return ok(jsonText(members, bookmarkMembers(state.bookmark)), { etag: etagOf(state.revision) });
}

/** Returns the counts of a streamer's days. */
export function daysResponse(streamer: string, days: readonly DayCounts[]): HttpResponse {
  const members: Members<typeof daysSchema> = {
    streamer,
    days: days.map(day => ({ ...day, streams: [...day.streams] })),
  };
  return ok(jsonText(members, {}));
}

/** Returns a page of deliveries. */
export function deliveriesResponse(streamer: string, { entries, next }: Page<DeliveryStatus>): HttpResponse {
  const members: Members<typeof deliveriesSchema> = {
    streamer,
    next,
    deliveries: entries.map(statusMembers),
  };
  return ok(jsonText(members, {}));
}

/** Returns a delivery's outcome, with its receipt if it was committed. */
export function deliveryResponse(streamer: string, status: DeliveryStatus): HttpResponse {
  const { receipt } = status;
  const members: Members<typeof deliverySchema> = { streamer, ...statusMembers(status) };
  if (receipt === undefined) return ok(jsonText(members, {}));
  const bookmark = bookmarkMembers(receipt.state.bookmark);
  return ok(writeWithStreams(receipt.streams, streams => jsonText({ ...members, ...streams }, bookmark)));
}

function summaryMembers(summary: Summary): SummaryMembers {
  const { committedAt, bookmarkAge, inFlight, expectedInterval, staleAt, lastFailure, ...others } = summary;
  return {
    ...others,
    committedAt: committedAt === undefined ? undefined : instant(committedAt),
    bookmarkAge: seconds(bookmarkAge),
    expectedInterval: seconds(expectedInterval),
    staleAt: staleAt === undefined ? undefined : instant(staleAt),
    inFlight: inFlight && leaseMembers(inFlight),
    lastFailure: lastFailure && failureMembers(lastFailure),
  };
}

const leaseMembers = ({ delivery, until, since, segment }: StoredLease) => ({
  delivery,
  since: since === undefined ? undefined : instant(since),
  segment,
  until: instant(until),
});

function failureMembers({ at, code, ...failure }: LastFailure) {
  const current = currentCode(code);
  return { hint: entryOf(current)?.hint, ...failure, code: current, at: instant(at) };
}

function statusMembers({ filed, receipt }: DeliveryStatus): StatusMembers {
  const { delivery, at, archive, failure } = filed;
  const received = { delivery, receivedAt: instant(at), archive };
  if (receipt === undefined) {
    if (failure === undefined) return { ...received, outcome: "unfinished" };
    const code = currentCode(failure.code);
    return { ...received, outcome: "failed", code, detail: failure.detail, hint: entryOf(code)?.hint };
  }
  const { records, ignored, batches, bytes, milliseconds, bookmarkKept, state } = receipt;
  const { revision } = state;
  const counts = { records, ignored, batches, bytes, milliseconds, bookmarkKept };
  return { ...received, outcome: "committed", revision, ...counts };
}

const seconds = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : Math.round(milliseconds / 1_000);

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();

const ok = (body: string, headers = {}): HttpResponse => ({
  status: 200,
  headers: { "content-type": mediaTypes.json, "cache-control": "no-store", ...headers },
  body,
});

/** Codes that earlier versions stored with failed deliveries. */
const formerCodes: Readonly<Record<string, ProblemCode>> = {
  "unfit-records": "invalid-records",
  overtaken: "superseded",
};

/** Returns the current code of a stored failure. */
const currentCode = (stored: string): string => formerCodes[stored] ?? stored;
