import { archiveKey } from "./archive.ts";
import type { Contents } from "./body/contents.ts";
import { inflate } from "./body/gunzip.ts";
import { validate } from "./body/validate.ts";
import { commit, commitWhatIsSafe, keepsBookmark, replacing } from "./commit/commit.ts";
import {
  type Recalled,
  recall,
  refuseReused,
  remember,
  rememberReceipt,
  settledReceipt,
  sha256,
  twinsReceipt,
} from "./commit/idempotency.ts";
import { begin, type Lease, type LeaseParts, release, settledBefore } from "./commit/lease.ts";
import type { Precondition } from "./commit/precondition.ts";
import { revisionOf, type StreamerState, stateOf, withCommitted } from "./commit/state.ts";
import { Journey } from "./delivery-progress.ts";
import { PersisterError } from "./errors.ts";
import { fileFailure, fileReceipt } from "./filing.ts";
import { batches } from "./forward/batch.ts";
import { forward } from "./forward/forward.ts";
import { refusalError } from "./forward/refusal.ts";
import { Tracker } from "./forward/tracker.ts";
import { answerBy, commitMillisecondsMin } from "./limits.ts";
import type { Archive, Destination, Destinations, Observer, Report } from "./ports.ts";
import type { Receipt, ReceiptFacts } from "./receipt.ts";
import { keptFactsOf, replayFactsOf } from "./replay-facts.ts";
import type { ReplayFacts, Streamer } from "./store.ts";

/** A body to be taken in, as it was received. */
export interface Intake {
  readonly streamer: string;
  readonly body: Uint8Array;
  readonly gzipped: boolean;
  /** What the edge found wrong in the body's form: it is archived all the same, and then refused. */
  readonly fault?: PersisterError | undefined;
  readonly precondition: Precondition;
  readonly idempotencyKey?: string | undefined;
  /** The caller's trace (www.w3.org/TR/trace-context), passed on to the Import API and told with the delivery. */
  readonly traceparent?: string | undefined;
  /** When the answer has to be on its way, ms since the epoch. */
  readonly deadline: number;
}

export interface Parts extends LeaseParts {
  readonly archive: Archive;
  readonly destinations: Destinations;
  readonly observer: Observer;
}

export interface Taken {
  readonly receipt: Receipt;
  /** The delivery was taken before: nothing was done now. */
  readonly replayed: boolean;
}

/** A body that is archived, and what has become known of it on its way. */
interface Arrival {
  readonly at: number;
  archive: string;
  readonly journey: Journey;
  delivery: string;
  /** The streamer as it was read, until another delivery may have written to it. */
  read?: { readonly streamer: Streamer | undefined } | undefined;
  recalled?: Recalled | undefined;
  /** Once something of it may have been forwarded. */
  replay?: Partial<ReplayFacts>;
}

/** When each part of the way gives up, so that what is safe can still be committed, and the answer given: ms since the epoch. */
interface Times {
  readonly forward: number;
  readonly commit: number;
}

const timesOf = (deadline: number): Times => ({
  forward: deadline - commitMillisecondsMin,
  commit: answerBy(deadline),
});

/**
 * Takes a delivery in: archive → decode → validate → begin → batch → forward → commit. Throws a PersisterError that
 * names the delivery and what is committed.
 */
export async function persist(intake: Intake, parts: Parts): Promise<Taken> {
  const times = timesOf(intake.deadline);
  const delivery = parts.newId();
  const at = parts.clock.now();
  const key = archiveKey(intake.streamer, delivery, at, intake.gzipped);
  const journey = new Journey(parts.clock, intake.body.length);
  const arrival: Arrival = { at, archive: "", delivery, journey };
  const report = (outcome: Report["outcome"]) => {
    const { streamer, traceparent } = intake;
    parts.observer.onDelivery(journey.report({ streamer, delivery: arrival.delivery, outcome, traceparent }));
  };
  const committed = () => committedState(intake.streamer, arrival, parts, times.commit);
  const archive = await parts.archive.put(key, intake.body, times.forward).catch(async (error: unknown) => {
    report(outcomeOf(error));
    throw await withCommitted(error, committed);
  });
  journey.took("archive");
  arrival.archive = archive;
  try {
    const taken = await takeOnce(intake, arrival, parts, times);
    report(taken.replayed ? "replayed" : "committed");
    return taken;
  } catch (error) {
    report(outcomeOf(error));
    const failed = { streamer: intake.streamer, delivery: arrival.delivery, at, archive, ...arrival.replay };
    const unfiled = await fileFailure(failed, error, parts, times.commit);
    if (!(error instanceof PersisterError)) throw error;
    const cause = error.cause ?? unfiled;
    const known = { archive, delivery: arrival.delivery, ...error.details, cause };
    throw await withCommitted(error.with(known), committed);
  }
}

/** What is committed, as it was read on the way, or as it is now. Rejects with `store-unavailable`. */
async function committedState(
  streamer: string,
  { read }: Arrival,
  parts: Parts,
  deadline: number,
): Promise<StreamerState> {
  const current = read === undefined ? await parts.streamers.read(streamer, deadline) : read.streamer;
  return stateOf(current?.commit, parts, deadline);
}

const outcomeOf = (error: unknown) => (error instanceof PersisterError ? error.code : "internal");

/** One that was overtaken by another attempt of its own delivery answers as that one did. */
async function takeOnce(intake: Intake, arrival: Arrival, parts: Parts, times: Times): Promise<Taken> {
  try {
    return await take(intake, arrival, parts, times);
  } catch (error) {
    if (!(error instanceof PersisterError) || error.code !== "superseded") throw error;
    const receipt = await twinsReceipt(intake.streamer, arrival.recalled, parts, times.commit);
    if (receipt === undefined) throw error;
    return { receipt, replayed: true };
  }
}

async function take(intake: Intake, arrival: Arrival, parts: Parts, times: Times): Promise<Taken> {
  const { streamer, precondition, deadline: until } = intake;
  if (intake.fault !== undefined) throw intake.fault;
  const { journey } = arrival;
  const body = intake.gzipped ? await inflate(intake.body) : intake.body;
  journey.bytes = body.length;
  journey.took("validate");
  // Before the streamer, so that a receipt which is not there yet is not good yet.
  arrival.recalled = await recall(intake, body, parts, times.forward);
  const standing = await parts.streamers.read(streamer, times.forward);
  arrival.read = { streamer: standing };
  journey.bookmarkAt = standing?.commit?.bookmarkAt;
  refuseReused(arrival.recalled, parts.clock);
  const kept = arrival.recalled?.kept;
  if (kept !== undefined) arrival.replay = keptFactsOf(kept);
  arrival.delivery = kept?.delivery ?? arrival.delivery;
  const settled = await settledReceipt(kept, standing, parts, times.forward);
  if (settled !== undefined) return { receipt: settled, replayed: true };
  journey.took("begin");
  const destination = await parts.destinations.of(streamer, intake.traceparent);
  const contents = validate(body, destination);
  journey.records = contents.records;
  journey.took("validate");
  arrival.read = undefined;
  const { delivery } = arrival;
  const { sequences } = contents;
  const request = { streamer, standing, delivery, kept, precondition, sequences, until };
  const lease = await begin({ ...request, deadline: times.forward }, parts);
  const digest = arrival.recalled?.digest ?? sha256(body);
  const replay = replayFactsOf(lease, contents, { digest, size: body.length }, destination.identity);
  arrival.replay = replay;
  return {
    receipt: await deliver(contents, { ...arrival, replay }, lease, { ...parts, ...destination }, times),
    replayed: false,
  };
}

type Begun = Arrival & { readonly replay: ReplayFacts };

async function deliver(
  contents: Contents,
  arrival: Begun,
  lease: Lease,
  parts: Parts & Destination,
  times: Times,
): Promise<Receipt> {
  try {
    return await deliverUnder(lease, contents, arrival, parts, times);
  } catch (error) {
    // Whatever was under way: a commit that comes after this finds another fence.
    await release(lease, parts, times.commit);
    throw error;
  }
}

async function deliverUnder(
  lease: Lease,
  contents: Contents,
  { at, recalled, archive, journey, replay }: Begun,
  parts: Parts & Destination,
  times: Times,
): Promise<Receipt> {
  const tracker = new Tracker();
  const kept = recalled && (await remember(recalled, lease, archive, replay, parts, times.forward));
  journey.took("begin");
  const sent = await forward(batches(contents, parts.encoder, tracker, settledBefore(lease)), tracker, {
    encode: (batch, out) => parts.encoder.encode(contents, batch, lease.firstSequence, out),
    send: request => parts.importApi.send(request, times.forward),
  });
  journey.batches = sent.batches;
  journey.retries = sent.retries;
  journey.took("forward");
  if (sent.refusal !== undefined) {
    const safe = tracker.safe();
    const state = await commitWhatIsSafe(safe, lease, parts, times.commit);
    journey.took("commit");
    if (replacing(safe, lease) !== undefined) journey.bookmarkAt = state?.committedAt;
    throw refusalError(sent.refusal, contents, state);
  }
  const safe = tracker.safe();
  const facts: ReceiptFacts = {
    delivery: lease.delivery,
    streamer: lease.held.name,
    records: contents.records,
    ignored: contents.ignored,
    batches: sent.batches,
    bytes: journey.bytes,
    milliseconds: journey.milliseconds,
    streams: contents.recordsByStream(),
    archive: kept?.archive ?? archive,
    ...(keepsBookmark(contents, safe, lease) && { bookmarkKept: true }),
  };
  const revision = revisionOf(lease.held) + 1;
  // Nothing is in flight behind an answer: one that fails does not leave the other behind.
  const filed = await Promise.allSettled([
    fileReceipt(facts, replay, kept?.createdAt ?? at, revision, parts, times.commit),
    kept && rememberReceipt(kept, facts, revision, parts, times.commit),
  ]);
  for (const each of filed) if (each.status === "rejected") throw each.reason;
  const state = await commit(lease, safe, contents, parts, times.commit);
  journey.took("commit");
  if (replacing(safe, lease) !== undefined) journey.bookmarkAt = state.committedAt;
  return { ...facts, state };
}
