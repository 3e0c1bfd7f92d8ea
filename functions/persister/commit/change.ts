import { PersisterError } from "../errors.ts";
import type { Bookmark, ChosenBookmark, Commit, Streamer } from "../store.ts";
import { after, type LeaseParts, refuseUnless, refuseWhileLeased, written } from "./lease.ts";
import type { Precondition } from "./precondition.ts";
import { commitOf, revisionOf, type StreamerState } from "./state.ts";

export interface ChangeRequest {
  readonly streamer: string;
  /** To rewind to; undefined forgets the one there is. */
  readonly bookmark: Bookmark | undefined;
  readonly precondition: Precondition;
  readonly deadline: number;
}

/**
 * Sets or forgets a streamer's bookmark by hand: a commit like a delivery's, on the revision that the caller has seen.
 * Rejects with `delivery-in-flight`, `precondition-failed`, `store-unavailable`.
 */
export async function change(request: ChangeRequest, parts: LeaseParts): Promise<StreamerState> {
  const { streamer, precondition, bookmark, deadline } = request;
  const standing = await parts.streamers.read(streamer, deadline);
  refuseWhileLeased(standing, parts.clock.now());
  await refuseUnless(precondition, standing, parts, deadline);
  if (standing?.commit !== undefined) await parts.history.file(streamer, standing.commit, deadline);
  const id = parts.newId();
  const at = parts.clock.now();
  const made: Commit = {
    revision: revisionOf(standing) + 1,
    at,
    by: bookmark === undefined ? "forget" : "rewind",
    delivery: id,
    ...(bookmark && {
      bookmark: await parts.bookmarks.store(streamer, bookmark as ChosenBookmark, deadline),
      bookmarkAt: at,
    }),
  };
  const { lease: _, ...rest } = standing ?? { lastSequence: 0n };
  const next: Streamer = { ...rest, ...after(standing, id), name: streamer, commit: made };
  if (!(await written(next, parts, deadline)) && !(await isMade(made, streamer, parts, deadline))) {
    throw new PersisterError(
      "delivery-in-flight",
      "The streamer changed at the same moment. Send the change again, for the revision that it has now.",
      { retryAfterSeconds: 1 },
    );
  }
  return { revision: made.revision, committedAt: made.at, ...(bookmark && { bookmark }) };
}

/** Refused and yet done: the answer was lost, and a delivery has followed since. */
async function isMade(
  { revision, delivery }: Commit,
  streamer: string,
  parts: LeaseParts,
  deadline: number,
): Promise<boolean> {
  const found = await parts.streamers.read(streamer, deadline);
  return (await commitOf(found, revision, parts, deadline))?.delivery === delivery;
}
