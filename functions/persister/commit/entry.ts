import type { BoundStore } from "../deadline.ts";
import type { EntryCommit, EntryUpdate, LastFailure } from "../entries.ts";
import { type ErrorCode, PersisterError } from "../errors.ts";
import type { Streamer } from "../store.ts";

/** From so many gaps on, the longest one is a streamer's expected interval. */
const gapsMin = 3;

/** Returns the longest gap between a streamer's last bookmarks, in seconds; undefined before the third. */
export const longestGap = ({ gaps = [] }: Pick<Streamer, "gaps">): number | undefined =>
  gaps.length < gapsMin ? undefined : Math.max(...gaps);

/** Returns what a streamer's entry says of its last commit; undefined before the first. */
export function entryCommitOf(streamer: Streamer): EntryCommit | undefined {
  const { commit, totals } = streamer;
  if (commit === undefined) return undefined;
  const { revision, at, bookmarkAt } = commit;
  const gap = longestGap(streamer);
  return {
    revision,
    at,
    deliveries: totals?.deliveries ?? 0,
    records: totals?.records ?? 0,
    ...(bookmarkAt !== undefined && { bookmarkAt }),
    ...(gap !== undefined && { longestGap: gap }),
  };
}

/** The most bytes of each text, so that an entry has at most 1 kB: longer names and messages are cut. */
const textBytes = { hint: 120, stream: 80, field: 80, message: 200 } as const;
/** Failures of two callers that met: the one that came first commits. */
const passedOver: readonly ErrorCode[] = ["delivery-in-flight", "superseded"];

/** Returns what a streamer's entry says of a failed delivery; undefined if its caller came second. */
export function lastFailureOf(error: unknown, delivery: string, at: number): LastFailure | undefined {
  if (!(error instanceof PersisterError)) return { at, delivery, code: "internal" };
  if (passedOver.includes(error.code)) return undefined;
  const { hint, faults: [first] = [] } = error.details;
  const texts = { hint, stream: first?.stream, field: first?.field, message: first?.message };
  const cut = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, cutTo(textBytes[name as keyof typeof textBytes], text)]],
  );
  return {
    at,
    delivery,
    code: error.code,
    ...(first && { line: first.line }),
    ...Object.fromEntries(cut),
  };
}

/** Returns the beginning of a text that has at most so many bytes in UTF-8. */
function cutTo(bytesMax: number, text: string): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytesMax)).read);
}

/**
 * Updates a streamer's entry in the list of streamers. Never rejects: what the entry is behind by is read
 * from the streamer's item before anybody is informed that something is wrong. Resolves to the error.
 */
export async function updateEntry(
  update: EntryUpdate,
  { entries }: Pick<BoundStore, "entries">,
): Promise<unknown> {
  try {
    await entries.update(update);
    return undefined;
  } catch (error) {
    return error;
  }
}
