import { allSettled } from "../all-settled.ts";
import { within } from "../deadline.ts";
import { PersisterError } from "../errors.ts";
import type { Bookmark, ChosenBookmark, Commit, Streamer } from "../store.ts";
import { entryCommitOf, updateEntry } from "./entry.ts";
import {
  assertNotLeased,
  assertPrecondition,
  type LeaseParts,
  type LeasePorts,
  nextFence,
  writeStreamer,
} from "./lease.ts";
import type { Precondition } from "./precondition.ts";
import { commitOf, revisionOf, type StreamerState } from "./state.ts";

export interface ChangeRequest {
  readonly streamer: string;
  /** The bookmark to rewind to; undefined forgets the current one. */
  readonly bookmark: Bookmark | undefined;
  readonly precondition: Precondition;
  readonly deadline: number;
}

/**
 * Sets or forgets a streamer's bookmark manually: a commit like a delivery's, against the caller's revision.
 * Rejects with `delivery-in-flight`, `precondition-failed`, `store-unavailable`.
 */
export async function change(request: ChangeRequest, parts: LeaseParts): Promise<StreamerState> {
  const { streamer, precondition, bookmark } = request;
  const ports = within(parts, request.deadline);
  const current = await ports.streamers.read(streamer);
  assertNotLeased(current, ports.clock.now());
  await assertPrecondition(precondition, current, ports);
  const [stored] = await allSettled([
    bookmark && ports.bookmarks.store(streamer, bookmark as ChosenBookmark),
    current?.commit && ports.history.file(streamer, current.commit),
  ]);
  const id = ports.newId();
  const at = ports.clock.now();
  const made: Commit = {
    revision: revisionOf(current) + 1,
    at,
    by: bookmark === undefined ? "forget" : "rewind",
    delivery: id,
    ...(stored && { bookmark: stored, bookmarkAt: at }),
  };
  const { lease: _, ...rest } = current ?? { lastSequence: 0n };
  // A forgotten bookmark counts as one from now on: nobody is paged for it at once.
  const since = bookmark === undefined ? at : (current?.since ?? at);
  const next: Streamer = { ...rest, ...nextFence(current, id), name: streamer, commit: made, since };
  if (!(await writeStreamer(next, ports)) && !(await wasCommitted(made, streamer, ports))) {
    throw new PersisterError(
      "delivery-in-flight",
      "The streamer changed at the same moment. Send the change again, for the revision that it has now.",
      { retryAfterSeconds: 1 },
    );
  }
  await updateEntry({ streamer, since, commit: entryCommitOf(next)! }, ports);
  return { revision: made.revision, committedAt: made.at, ...(bookmark && { bookmark }) };
}

/** Detects a commit whose answer was lost and which another delivery has followed since. */
async function wasCommitted(
  { revision, delivery }: Commit,
  streamer: string,
  ports: LeasePorts,
): Promise<boolean> {
  const found = await ports.streamers.read(streamer);
  return (await commitOf(found, revision, ports))?.delivery === delivery;
}
