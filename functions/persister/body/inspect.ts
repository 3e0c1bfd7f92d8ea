import { allSettled } from "../all-settled.ts";
import {
  assertKeyUnused,
  committedReceipt,
  type IdempotencyLookup,
  lookUp,
  readRecord,
  sha256,
} from "../commit/idempotency.ts";
import type { LeasePorts } from "../commit/lease.ts";
import type { DeliveryProgress, ProgressOptions } from "../delivery-progress.ts";
import type { Destination, Destinations } from "../destination.ts";
import type { PersisterError } from "../errors.ts";
import type { Receipt } from "../receipt.ts";
import type { Streamer } from "../store.ts";
import type { Contents } from "./contents.ts";
import { gunzip } from "./gunzip.ts";
import { validate } from "./validate.ts";

/** A body as it was received. */
export interface ReceivedBody extends ProgressOptions {
  /** A fault of the request's headers. The body is archived and then refused. */
  readonly fault?: PersisterError | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** A valid body, and what was read for it. */
export interface Inspected {
  readonly contents: Contents;
  /** Recognizes a repeated body: SHA-256 of the body, unzipped, hexadecimal, or what `digestOf` returns. */
  readonly digest: string;
  /** Size of the body, unzipped, in bytes. */
  readonly size: number;
  readonly destination: Destination;
  readonly lookup: IdempotencyLookup | undefined;
  /** The streamer as it was read, perhaps before the record under the key. */
  readonly current: Streamer | undefined;
}

/**
 * Reads and checks a body, and what is stored under its key and of its streamer. Writes nothing, so the body
 * may still be on its way to the archive. Resolves to a receipt if the delivery is already committed. Rejects
 * with what is wrong, in the order of the catalogue.
 */
export async function inspect(
  received: ReceivedBody,
  progress: DeliveryProgress,
  ports: LeasePorts & {
    readonly destinations: Destinations;
    readonly digestOf?: (body: Uint8Array) => string;
  },
): Promise<Inspected | { readonly committed: Receipt }> {
  if (received.fault !== undefined) throw received.fault;
  const { streamer, traceparent } = received;
  const [body, found, { streamer: current, settings }] = await allSettled([
    received.gzipped ? gunzip(received.body) : received.body,
    readRecord(received, ports),
    ports.streamers.readWithSettings(streamer),
  ]);
  progress.unzipped(body);
  progress.found(current, settings?.settings ?? {});
  const digest = (ports.digestOf ?? sha256)(body);
  const lookup = lookUp(received, digest, found);
  assertKeyUnused(lookup, ports.clock);
  if (lookup?.earlier !== undefined) progress.continues(lookup.earlier);
  const committed = await committedReceipt(lookup?.earlier, current, ports);
  progress.took("begin");
  if (committed !== undefined) return { committed };
  const destination = await ports.destinations.of(streamer, traceparent);
  const contents = await destination.rules.schemas.withPatterns(() => validate(body, destination));
  progress.validated(contents);
  return { contents, digest, size: body.length, destination, lookup, current };
}
