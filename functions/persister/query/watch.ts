import type { Observer } from "../ports.ts";
import { listStreamers, type OverviewParts } from "./overview.ts";

const streamersAtOnce = 100;

/** Reports the age of every streamer's bookmark to the observer. Rejects with `store-unavailable`. */
export async function watchBookmarks(
  parts: OverviewParts & { readonly observer: Observer },
  deadline: number,
): Promise<void> {
  const ages = new Map<string, number>();
  let after: string | undefined = "";
  while (after !== undefined) {
    const request = { named: "all", after, limit: streamersAtOnce, deadline } as const;
    const { entries, next } = await listStreamers(request, parts);
    for (const { streamer, bookmarkAge } of entries)
      if (bookmarkAge !== undefined) ages.set(streamer, bookmarkAge);
    after = next;
  }
  parts.observer.onBookmarkAges(ages);
}
