import type { Observer } from "../ports.ts";
import { listStreamers, type StreamersParts } from "./streamers.ts";

const streamersAtOnce = 100;

/** Reports the age of every streamer's bookmark to the observer. Rejects with `store-unavailable`. */
export async function watchBookmarks(
  parts: StreamersParts & { readonly observer: Observer },
  deadline: number,
): Promise<void> {
  const ages = new Map<string, number>();
  const all = { named: "all", prefix: "", state: undefined, limit: streamersAtOnce, deadline } as const;
  let after: string | undefined = "";
  while (after !== undefined) {
    const { entries, next } = await listStreamers({ ...all, after }, parts);
    for (const { streamer, bookmarkAge } of entries)
      if (bookmarkAge !== undefined) ages.set(streamer, bookmarkAge);
    after = next;
  }
  parts.observer.onBookmarkAges(ages);
}
