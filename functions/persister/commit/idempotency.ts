import { createHash } from "node:crypto";
import { PersisterError } from "../errors.ts";
import { idempotencyKeyHoursMax } from "../limits.ts";
import type { Clock } from "../ports.ts";
import { type Receipt, type ReceiptFacts, receiptOf, receiptText } from "../receipt.ts";
import type { KeptDelivery, ReplayFacts, Streamer } from "../store.ts";
import { after, type Lease, type LeaseParts } from "./lease.ts";
import { commitOf, revisionOf, stateOf } from "./state.ts";

/** What stands under a delivery's Idempotency-Key. */
export interface Recalled {
  readonly key: string;
  readonly digest: string;
  /** This delivery, if it came before. */
  readonly kept: KeptDelivery | undefined;
  /** What a write is upon: `kept`, or another body's delivery whose time is over. */
  readonly found: KeptDelivery | undefined;
}

export const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const keyMilliseconds = idempotencyKeyHoursMax * 3_600_000;

/**
 * Looks a delivery's key up, if it has one. The same body under it is the same delivery for as long as it is remembered;
 * `refuseReused` says what another body is.
 */
export async function recall(
  { streamer, idempotencyKey }: { streamer: string; idempotencyKey?: string | undefined },
  body: Uint8Array,
  parts: LeaseParts,
  deadline: number,
): Promise<Recalled | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const [key, digest] = [sha256(idempotencyKey), sha256(body)];
  const found = await parts.deliveries.read(streamer, key, deadline);
  return { key, digest, found, kept: found?.digest === digest ? found : undefined };
}

/** A key belongs to its first body for a day: throws `key-reused` where another comes under it. */
export function refuseReused(recalled: Recalled | undefined, clock: Clock): void {
  if (recalled?.found === undefined || recalled.kept !== undefined) return;
  const { delivery, createdAt } = recalled.found;
  if (clock.now() - createdAt >= keyMilliseconds) return;
  throw new PersisterError(
    "key-reused",
    `This Idempotency-Key came with another body, as the delivery ${delivery}. Make a new key for each body.`,
  );
}

/**
 * The receipt of a delivery that was committed, though the one who did may not have lived to say so: the commit of the
 * revision that the receipt names tells. `kept` was read before the streamer; had another attempt committed since, its
 * receipt is another, and is there by now.
 */
export async function settledReceipt(
  kept: KeptDelivery | undefined,
  streamer: Streamer | undefined,
  parts: LeaseParts,
  deadline: number,
): Promise<Receipt | undefined> {
  if (kept?.receipt === undefined) return undefined;
  const { revision } = kept.receipt;
  const commit = await commitOf(streamer, revision, parts, deadline);
  if (commit?.delivery !== kept.delivery || commit.whole !== true) return undefined;
  const good = await parts.deliveries.read(kept.streamer, kept.key, deadline);
  if (good?.receipt?.revision !== revision) return undefined;
  return receiptOf(good.receipt.text, await stateOf(commit, parts, deadline));
}

/** The receipt of the same delivery, where the one who overtook this attempt was another attempt. */
export async function twinsReceipt(
  streamer: string,
  recalled: Recalled | undefined,
  parts: LeaseParts,
  deadline: number,
): Promise<Receipt | undefined> {
  if (recalled === undefined) return undefined;
  const found = await parts.deliveries.read(streamer, recalled.key, deadline);
  if (found?.digest !== recalled.digest) return undefined;
  return settledReceipt(found, await parts.streamers.read(streamer, deadline), parts, deadline);
}

/** Remembers a delivery and its sequences, before the first of them is used. */
export async function remember(
  { key, kept, found }: Recalled,
  lease: Lease,
  archive: string,
  facts: ReplayFacts,
  parts: LeaseParts,
  deadline: number,
): Promise<KeptDelivery> {
  const { receipt: _, ...before } = kept ?? {
    ...facts,
    streamer: lease.held.name,
    key,
    delivery: lease.delivery,
    archive,
    createdAt: parts.clock.now(),
    base: revisionOf(lease.held),
    receipt: undefined,
  };
  const next: KeptDelivery = { ...before, ...after(found, parts.newId()) };
  await writeKept(next, parts, deadline);
  return next;
}

/** Remembers the receipt, before the commit of `revision` that makes it good. */
export async function rememberReceipt(
  kept: KeptDelivery,
  facts: ReceiptFacts,
  revision: number,
  parts: LeaseParts,
  deadline: number,
): Promise<void> {
  const receipt = { revision, text: receiptText(facts) };
  await writeKept({ ...kept, ...after(kept, parts.newId()), receipt }, parts, deadline);
}

/** Refused, another attempt of the same delivery came first: a lost answer is told from that by the stamp. */
async function writeKept(next: KeptDelivery, parts: LeaseParts, deadline: number): Promise<void> {
  if (await parts.deliveries.write(next, deadline)) return;
  const found = await parts.deliveries.read(next.streamer, next.key, deadline);
  if (found?.stamp === next.stamp) return;
  throw new PersisterError(
    "delivery-in-flight",
    `Another attempt of the delivery ${next.delivery} came first. Send it again for its receipt.`,
    { retryAfterSeconds: 1, inFlight: next.delivery },
  );
}
