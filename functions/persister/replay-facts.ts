import type { Contents } from "./body/contents.ts";
import type { Lease } from "./commit/lease.ts";
import type { DestinationIdentity, IdempotencyRecord, ReplayFacts } from "./store.ts";

/** Returns what it takes to send a delivery again: known before anything of it is forwarded. */
export const replayFactsOf = (
  { firstSequence }: Lease,
  { records, header: { encoding } }: Contents,
  body: { readonly digest: string; readonly size: number },
  destination: DestinationIdentity,
): ReplayFacts => ({ firstSequence, records, ...body, encoding, destination });

/**
 * Returns the facts of an earlier attempt, which may have forwarded records. An older version kept fewer
 * facts.
 */
export function earlierFactsOf({
  firstSequence,
  records,
  digest,
  encoding,
  size,
  destination,
}: IdempotencyRecord): Partial<ReplayFacts> {
  return {
    firstSequence,
    digest,
    ...(records !== undefined && { records }),
    ...(encoding && { encoding }),
    ...(size !== undefined && { size }),
    ...(destination && { destination }),
  };
}
