import * as z from "zod/mini";
import type { Commit } from "../persister/store.ts";
import { bookmarkAttribute, storedBookmark } from "./bookmarks.ts";

/** A commit as attributes. */
export const commitAttributes = (commit: Commit) => ({
  ...commit,
  bookmark: bookmarkAttribute(commit.bookmark),
});

export const commitSchema = z.pipe(
  z.object({
    revision: z.number(),
    at: z.number(),
    by: z.enum(["delivery", "rewind", "forget"]),
    delivery: z.string(),
    settled: z.optional(z.number()),
    whole: z.optional(z.boolean()),
    bookmark: z.optional(storedBookmark),
    bookmarkAt: z.optional(z.number()),
  }),
  z.transform(
    ({ bookmark, bookmarkAt, settled, whole, ...commit }): Commit => ({
      ...commit,
      ...(settled !== undefined && { settled }),
      ...(whole !== undefined && { whole }),
      ...(bookmark && { bookmark }),
      ...(bookmarkAt !== undefined && { bookmarkAt }),
    }),
  ),
);
