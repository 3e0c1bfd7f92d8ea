import { allSettled } from "./all-settled.ts";
import { inspect, type ReceivedBody } from "./body/inspect.ts";
import { commit, commitWhatIsSafe, keepsBookmark, prepare, replacing } from "./commit/commit.ts";
import { orOtherAttemptsReceipt, saveReceipt, saveRecord } from "./commit/idempotency.ts";
import { acceptedBefore, type LeaseParts, underLease } from "./commit/lease.ts";
import type { Precondition } from "./commit/precondition.ts";
import { revisionOf } from "./commit/state.ts";
import { within } from "./deadline.ts";
import { DeliveryProgress } from "./delivery-progress.ts";
import type { Destinations } from "./destination.ts";
import { batches } from "./forward/batch.ts";
import { forward } from "./forward/forward.ts";
import { refusalError } from "./forward/refusal.ts";
import { answerBy, commitMillisecondsMin } from "./limits.ts";
import type { Archive, Observer } from "./ports.ts";
import type { Receipt } from "./receipt.ts";
import { fileReceipt, recordOutcome } from "./record.ts";
import { replayFactsOf } from "./replay-facts.ts";

/** A body to deliver. */
export interface DeliveryRequest extends ReceivedBody {
  readonly precondition: Precondition;
  /** Which segment of its run the body is, from 1. */
  readonly segment?: number | undefined;
  /** When the response must be sent, ms since the epoch. */
  readonly deadline: number;
}

export interface Parts extends LeaseParts {
  readonly archive: Archive;
  readonly destinations: Destinations;
  readonly observer: Observer;
  /** Returns what a repeated body is recognized by; SHA-256 if it is not given. */
  readonly digestOf?: (body: Uint8Array) => string;
}

export interface DeliveryResult {
  readonly receipt: Receipt;
  /** The delivery was committed by an earlier request; this one did nothing. */
  readonly replayed: boolean;
}

/**
 * Delivers a body: archive, inspect → begin → batch → forward → commit. Rejects with a PersisterError that
 * names the delivery and the committed state. docs/guarantees.md walks through every step and every failure.
 */
export async function persist(request: DeliveryRequest, parts: Parts): Promise<DeliveryResult> {
  const { streamer, precondition, segment, deadline } = request;
  const forwardBy = deadline - commitMillisecondsMin;
  const ports = within(parts, forwardBy);
  // When the time to forward is over, there is still time to commit the safe bookmark and to respond.
  const commitPorts = within(parts, answerBy(deadline));
  const progress = new DeliveryProgress(request, parts);
  return recordOutcome(progress, commitPorts, async () => {
    // Every answer and every write waits for the archive. If that fails, nothing else matters.
    const [archive, inspected] = await allSettled([
      archiveBody(request, progress, { archive: parts.archive, by: forwardBy }),
      inspect(request, progress, ports),
    ]);
    progress.took("archive");
    if ("committed" in inspected) return { receipt: inspected.committed, replayed: true };
    const { contents, digest, size, destination, lookup, current } = inspected;
    const { delivery } = progress;
    const { sequences } = contents;
    const earlier = lookup?.earlier;
    const until = deadline;
    const wanted = { streamer, current, delivery, earlier, precondition, segment, sequences, until };
    return orOtherAttemptsReceipt(streamer, lookup, commitPorts, () =>
      underLease(wanted, { begin: ports, release: commitPorts }, async lease => {
        const replay = replayFactsOf(lease, contents, { digest, size }, destination.identity);
        progress.began(replay);
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
          destination.batchesInFlightMax,
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
        const [prepared] = await allSettled([
          prepare(lease, safe, commitPorts),
          fileReceipt(facts, { replay, at: receivedAt, revision }, commitPorts),
          record && saveReceipt(record, facts, revision, commitPorts),
        ]);
        const { state, item } = await commit(lease, prepared, contents, commitPorts);
        progress.took("commit");
        progress.committed(item, replaces);
        return { receipt: { ...facts, state }, replayed: false };
      }),
    );
  });
}

/** Archives the body, and notes it even if the body turns out to be faulty. */
async function archiveBody(
  { body }: DeliveryRequest,
  progress: DeliveryProgress,
  { archive, by }: { readonly archive: Archive; readonly by: number },
): Promise<string> {
  const archived = await archive.put(progress.archiveKey, body, by);
  progress.archived(archived);
  return archived;
}
