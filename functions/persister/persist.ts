import { archiveKey } from "./archive.ts";
import { batches } from "./batch.ts";
import type { Contents } from "./contents.ts";
import { PersisterError } from "./errors.ts";
import { forward } from "./forward.ts";
import { inflate } from "./inflate.ts";
import type { Archive, BatchEncoder, Clock, ImportApi, Lease, Streamers } from "./ports.ts";
import type { Receipt } from "./receipt.ts";
import { refusalError } from "./refusal.ts";
import { Tracker } from "./tracker.ts";
import { validate } from "./validate.ts";

/** A body to be taken in, as it was received. */
export interface Intake {
  readonly streamer: string;
  readonly body: Uint8Array;
  readonly gzipped: boolean;
  /** What the edge found wrong in the body's form: it is archived all the same, and then refused. */
  readonly fault?: PersisterError | undefined;
  /** When the answer has to be on its way, ms since the epoch. */
  readonly deadline: number;
}

export interface Parts {
  readonly archive: Archive;
  readonly streamers: Streamers;
  readonly importApi: ImportApi;
  readonly encoder: BatchEncoder;
  readonly clock: Clock;
  newDeliveryId(): string;
}

/** Kept back from the deadline for the commit and the answer, ms: two calls of DynamoDB with a retry each. */
const commitMilliseconds = 2_000;

/**
 * Takes a delivery in: archive → decode → validate → begin → batch → forward → commit. Throws a PersisterError that
 * names the delivery, and the bookmark that was committed all the same.
 */
export async function persist(intake: Intake, parts: Parts): Promise<Receipt> {
  const { streamer } = intake;
  const now = parts.clock.now();
  const delivery = parts.newDeliveryId();
  const archive = await parts.archive.put(archiveKey(streamer, delivery, now, intake.gzipped), intake.body);
  try {
    if (intake.fault !== undefined) throw intake.fault;
    const body = intake.gzipped ? await inflate(intake.body) : intake.body;
    const contents = validate(body, parts.encoder);
    const until = intake.deadline;
    const lease = await parts.streamers.begin({
      streamer,
      delivery,
      now,
      until,
      sequences: contents.records,
    });
    return await deliver(contents, lease, archive, parts);
  } catch (error) {
    throw error instanceof PersisterError ? error.with({ delivery, archive }) : error;
  }
}

async function deliver(contents: Contents, lease: Lease, archive: string, parts: Parts): Promise<Receipt> {
  const { streamers, importApi, encoder, clock } = parts;
  const tracker = new Tracker();
  const deadline = lease.until - commitMilliseconds;
  const { batches: accepted, refusal } = await forward(batches(contents, encoder, tracker), tracker, {
    encode: batch => encoder.encode(contents, batch, lease.firstSequence),
    send: request => importApi.send(request, deadline),
  });
  const safe = tracker.safe();
  if (refusal !== undefined && safe === undefined) {
    await streamers.release(lease);
    throw refusalError(refusal, contents, await streamers.read(lease.streamer));
  }
  const state = await streamers.commit(lease, safe, clock.now());
  if (refusal !== undefined) throw refusalError(refusal, contents, state);
  return {
    delivery: lease.delivery,
    streamer: lease.streamer,
    records: contents.records,
    ignored: contents.ignored,
    batches: accepted,
    streams: contents.recordsByStream(),
    archive,
    state,
  };
}
