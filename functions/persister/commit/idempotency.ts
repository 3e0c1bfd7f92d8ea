import { createHash } from "node:crypto";
import { PersisterError } from "../errors.ts";
import { idempotencyKeyHoursMax } from "../limits.ts";
import type { Clock } from "../ports.ts";
import { type Receipt, type ReceiptFacts, receiptOf, receiptText } from "../receipt.ts";
import type { IdempotencyRecord, ReplayFacts, Streamer } from "../store.ts";
import { type Lease, type LeasePorts, nextFence } from "./lease.ts";
import { commitOf, revisionOf, stateOf } from "./state.ts";

/** The records that are stored under a delivery's Idempotency-Key. */
export interface IdempotencyLookup {
  readonly key: string;
  readonly digest: string;
  /** The record of an earlier attempt of this delivery. */
  readonly earlier: IdempotencyRecord | undefined;
  /**
   * The record that a write replaces: `earlier`, or that of another body's delivery whose key has expired.
   */
  readonly found: IdempotencyRecord | undefined;
}

export const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const keyMilliseconds = idempotencyKeyHoursMax * 3_600_000;

/** Resolves to the record under a delivery's key; undefined without a key or a record. */
export async function readRecord(
  { streamer, idempotencyKey }: { streamer: string; idempotencyKey?: string | undefined },
  ports: LeasePorts,
): Promise<IdempotencyRecord | undefined> {
  return idempotencyKey === undefined ? undefined : ports.deliveries.read(streamer, sha256(idempotencyKey));
}

/**
 * Returns what is stored under a delivery's key, if it has one. The same body under the same key is the same
 * delivery for as long as the record is kept; `assertKeyUnused` handles another body.
 */
export function lookUp(
  { idempotencyKey }: { idempotencyKey?: string | undefined },
  digest: string,
  found: IdempotencyRecord | undefined,
): IdempotencyLookup | undefined {
  if (idempotencyKey === undefined) return undefined;
  return {
    key: sha256(idempotencyKey),
    digest,
    found,
    earlier: found?.digest === digest ? found : undefined,
  };
}

/** Throws `key-reused` if the key was used for another body within the last day. */
export function assertKeyUnused(lookup: IdempotencyLookup | undefined, clock: Clock): void {
  if (lookup?.found === undefined || lookup.earlier !== undefined) return;
  const { delivery, createdAt } = lookup.found;
  if (clock.now() - createdAt >= keyMilliseconds) return;
  throw new PersisterError(
    "key-reused",
    `This Idempotency-Key was used for another body, in the delivery ${delivery}. ` +
      "Make a new key for each body.",
  );
}

/**
 * Resolves to the receipt of a delivery that was committed, even if the committing attempt crashed before it
 * answered. The receipt is valid if this delivery committed the revision that the receipt names. `earlier`
 * and the streamer were read at once, and another attempt may have committed in between: the record is read
 * again and its current receipt is returned. A receipt that is newer than the streamer is not valid yet.
 */
export async function committedReceipt(
  earlier: IdempotencyRecord | undefined,
  streamer: Streamer | undefined,
  ports: LeasePorts,
): Promise<Receipt | undefined> {
  if (earlier?.receipt === undefined) return undefined;
  const { revision } = earlier.receipt;
  const commit = await commitOf(streamer, revision, ports);
  if (commit?.delivery !== earlier.delivery || commit.whole !== true) return undefined;
  const good = await ports.deliveries.read(earlier.streamer, earlier.key);
  if (good?.receipt?.revision !== revision) return undefined;
  return receiptOf(good.receipt.text, await stateOf(commit, ports));
}

/**
 * Does `work`. Resolves to the receipt of another attempt of the same delivery if that superseded this one.
 */
export async function orOtherAttemptsReceipt<T>(
  streamer: string,
  lookup: IdempotencyLookup | undefined,
  ports: LeasePorts,
  work: () => Promise<T>,
): Promise<T | { readonly receipt: Receipt; readonly replayed: boolean }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PersisterError) || error.code !== "superseded") throw error;
    const receipt = await otherAttemptsReceipt(streamer, lookup, ports);
    if (receipt === undefined) throw error;
    return { receipt, replayed: true };
  }
}

async function otherAttemptsReceipt(
  streamer: string,
  lookup: IdempotencyLookup | undefined,
  ports: LeasePorts,
): Promise<Receipt | undefined> {
  if (lookup === undefined) return undefined;
  const found = await ports.deliveries.read(streamer, lookup.key);
  if (found?.digest !== lookup.digest) return undefined;
  return committedReceipt(found, await ports.streamers.read(streamer), ports);
}

/** Saves a delivery and its sequences before the first of them is used. */
export async function saveRecord(
  { key, earlier, found }: IdempotencyLookup,
  {
    lease,
    archive,
    replay,
  }: { readonly lease: Lease; readonly archive: string; readonly replay: ReplayFacts },
  ports: LeasePorts,
): Promise<IdempotencyRecord> {
  const { receipt: _, ...before } = earlier ?? {
    ...replay,
    streamer: lease.held.name,
    key,
    delivery: lease.delivery,
    archive,
    createdAt: ports.clock.now(),
    base: revisionOf(lease.held),
    receipt: undefined,
  };
  const next: IdempotencyRecord = { ...before, ...nextFence(found, ports.newId()) };
  await writeRecord(next, ports);
  return next;
}

/** Saves the receipt before the commit of `revision` that makes it valid. */
export async function saveReceipt(
  earlier: IdempotencyRecord,
  facts: ReceiptFacts,
  revision: number,
  ports: LeasePorts,
): Promise<void> {
  const receipt = { revision, text: receiptText(facts) };
  await writeRecord({ ...earlier, ...nextFence(earlier, ports.newId()), receipt }, ports);
}

/**
 * Writes a record. Throws `delivery-in-flight` if another attempt of the same delivery wrote first. The stamp
 * tells that from a write of our own whose answer was lost.
 */
async function writeRecord(next: IdempotencyRecord, ports: LeasePorts): Promise<void> {
  if (await ports.deliveries.write(next)) return;
  const found = await ports.deliveries.read(next.streamer, next.key);
  if (found?.stamp === next.stamp) return;
  throw new PersisterError(
    "delivery-in-flight",
    `Another attempt of the delivery ${next.delivery} came first. Send it again for its receipt.`,
    { retryAfterSeconds: 1, inFlight: next.delivery },
  );
}
