import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import type { Commit } from "../persister/store.ts";
import { bookmarkAttribute, storedBookmark } from "./bookmarks.ts";

/** A commit as attributes of an item; `settled` is the stored name of `acceptedCount`. */
export const commitAttributes = ({ acceptedCount, ...commit }: Commit) => ({
  ...commit,
  settled: acceptedCount,
  bookmark: bookmarkAttribute(commit.bookmark),
});

export const commitSchema = memoize(() =>
  z.pipe(
    z.object({
      revision: z.number(),
      at: z.number(),
      by: z.enum(["delivery", "rewind", "forget"]),
      delivery: z.string(),
      settled: z.optional(z.number()),
      whole: z.optional(z.boolean()),
      bookmark: z.optional(storedBookmark()),
      bookmarkAt: z.optional(z.number()),
    }),
    z.transform(
      ({ bookmark, bookmarkAt, settled, whole, ...commit }): Commit => ({
        ...commit,
        ...(settled !== undefined && { acceptedCount: settled }),
        ...(whole !== undefined && { whole }),
        ...(bookmark && { bookmark }),
        ...(bookmarkAt !== undefined && { bookmarkAt }),
      }),
    ),
  ),
);
