import { allSettled } from "./all-settled.ts";
import { gunzip } from "./body/gunzip.ts";
import { validate } from "./body/validate.ts";
import { commit, commitWhatIsSafe, keepsBookmark, prepare, replacing } from "./commit/commit.ts";
import {
  assertKeyUnused,
  committedReceipt,
  lookUp,
  orOtherAttemptsReceipt,
  saveReceipt,
  saveRecord,
  sha256,
} from "./commit/idempotency.ts";
import { acceptedBefore, type LeaseParts, underLease } from "./commit/lease.ts";
import type { Precondition } from "./commit/precondition.ts";
import { revisionOf } from "./commit/state.ts";
import { within } from "./deadline.ts";
import { DeliveryProgress } from "./delivery-progress.ts";
import type { Destinations } from "./destination.ts";
import type { PersisterError } from "./errors.ts";
import { batches } from "./forward/batch.ts";
import { forward } from "./forward/forward.ts";
import { refusalError } from "./forward/refusal.ts";
import { answerBy, commitMillisecondsMin } from "./limits.ts";
import type { Archive, Observer } from "./ports.ts";
import type { Receipt } from "./receipt.ts";
import { fileReceipt, recordOutcome } from "./record.ts";
import { replayFactsOf } from "./replay-facts.ts";

/** A body to deliver, as it was received. */
export interface DeliveryRequest {
  readonly streamer: string;
  readonly body: Uint8Array;
  readonly gzipped: boolean;
  /** A fault of the request's headers. The body is archived and then refused. */
  readonly fault?: PersisterError | undefined;
  readonly precondition: Precondition;
  readonly idempotencyKey?: string | undefined;
  /** The caller's trace (www.w3.org/TR/trace-context): passed on to the destination and reported. */
  readonly traceparent?: string | undefined;
  /** When the response must be sent, ms since the epoch. */
  readonly deadline: number;
}

export interface Parts extends LeaseParts {
  readonly archive: Archive;
  readonly destinations: Destinations;
  readonly observer: Observer;
}

export interface DeliveryResult {
  readonly receipt: Receipt;
  /** The delivery was committed by an earlier request; this one did nothing. */
  readonly replayed: boolean;
}

/**
 * Delivers a body: archive → decode → validate → begin → batch → forward → commit. Rejects with a
 * PersisterError that names the delivery and the committed state. docs/guarantees.md walks through every step
 * and every failure.
 */
export async function persist(request: DeliveryRequest, parts: Parts): Promise<DeliveryResult> {
  const { streamer, precondition, deadline } = request;
  const forwardBy = deadline - commitMillisecondsMin;
  const ports = within(parts, forwardBy);
  // When the time to forward is over, there is still time to commit the safe bookmark and to respond.
  const commitPorts = within(parts, answerBy(deadline));
  const progress = new DeliveryProgress(request, parts);
  return recordOutcome(progress, commitPorts, async () => {
    progress.archived(await parts.archive.put(progress.archiveKey, request.body, forwardBy));
    if (request.fault !== undefined) throw request.fault;
    const body = request.gzipped ? await gunzip(request.body) : request.body;
    progress.unzipped(body);
    // Read before the streamer: a receipt that is saved after this read is not committed yet.
    const lookup = await lookUp(request, body, ports);
    const { streamer: current, settings } = await ports.streamers.readWithSettings(streamer);
    progress.found(current, settings?.settings ?? {});
    assertKeyUnused(lookup, parts.clock);
    const earlier = lookup?.earlier;
    if (earlier !== undefined) progress.continues(earlier);
    const committed = await committedReceipt(earlier, current, ports);
    if (committed !== undefined) return { receipt: committed, replayed: true };
    progress.took("begin");
    const destination = await parts.destinations.of(streamer, request.traceparent);
    const contents = validate(body, destination);
    progress.validated(contents);
    const { delivery } = progress;
    const { sequences } = contents;
    const wanted = { streamer, current, delivery, earlier, precondition, sequences, until: deadline };
    return orOtherAttemptsReceipt(streamer, lookup, commitPorts, () =>
      underLease(wanted, { begin: ports, release: commitPorts }, async lease => {
        const digest = lookup?.digest ?? sha256(body);
        const replay = replayFactsOf(lease, contents, { digest, size: body.length }, destination.identity);
        progress.began(replay);
        const { archive } = progress;
        const record = lookup && (await saveRecord(lookup, { lease, archive, replay }, ports));
        progress.took("begin");
        const accepted = acceptedBefore(lease);
        const receivedAt = record?.createdAt ?? progress.at;
        const { firstSequence } = lease;
        const outgoing = { contents, delivery, firstSequence, receivedAt, deadline: forwardBy };
        const writer = await destination.prepare(outgoing);
        const sent = await forward(
          tracker => batches(contents, destination.sizes, tracker, accepted),
          writer,
        );
        progress.forwarded(sent);
        const { safe } = sent;
        const replaces = replacing(safe, lease) !== undefined;
        if (sent.refusal !== undefined) {
          const { state, item } = await commitWhatIsSafe(safe, lease, commitPorts);
          progress.took("commit");
          progress.committed(item, replaces);
          throw refusalError(sent.refusal, contents, state, destination);
        }
        const facts = {
          ...progress.receiptFacts(contents, record?.archive ?? archive),
          ...(writer.tables && { tables: writer.tables() }),
          ...(keepsBookmark(contents, safe, lease) && { bookmarkKept: true as const }),
        };
        const revision = revisionOf(lease.held) + 1;
        const [, , prepared] = await allSettled([
          fileReceipt(facts, { replay, at: record?.createdAt ?? progress.at, revision }, commitPorts),
          record && saveReceipt(record, facts, revision, commitPorts),
          prepare(lease, safe, commitPorts),
        ]);
        const { state, item } = await commit(lease, prepared, contents, commitPorts);
        progress.took("commit");
        progress.committed(item, replaces);
        return { receipt: { ...facts, state }, replayed: false };
      }),
    );
  });
}
