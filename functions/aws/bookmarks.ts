import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { inlineBytesMax } from "../persister/limits.ts";
import type { Bookmarks, StoredBookmark } from "../persister/store.ts";
import { waitingOut } from "./available.ts";
import { type BucketOptions, largeValue, largeValues } from "./large-values.ts";

/**
 * Stores small bookmarks in the item that names them, and larger ones in S3 as
 * `bookmarks/<streamer>/<digest>`. Earlier versions stored up to 256 KiB in the item.
 */
export function s3Bookmarks(options: BucketOptions): Bookmarks {
  const values = largeValues(options);
  const available = waitingOut(options);
  return {
    store: (streamer, { encoding, value }, deadline) =>
      available(deadline, async () => {
        const where =
          value.length <= inlineBytesMax
            ? { value }
            : await values.store(`bookmarks/${streamer}`, value, deadline);
        return { encoding, ...where } as StoredBookmark;
      }),
    load: (stored, deadline) =>
      available(deadline, async () => ({
        encoding: stored.encoding,
        value: "value" in stored ? stored.value : await values.load(stored, deadline),
      })),
  };
}

/** Returns a stored bookmark as an attribute. A small value is text, so that people can read it. */
export const bookmarkAttribute = (stored: StoredBookmark | undefined) =>
  stored !== undefined && "value" in stored
    ? { encoding: stored.encoding, value: Buffer.from(stored.value).toString() }
    : stored;

export const storedBookmark = memoize(() => {
  const encoding = z.enum(["json", "transit"]);
  const utf8 = z.pipe(
    z.string(),
    z.transform((text: string): Uint8Array => Buffer.from(text)),
  );
  return z.pipe(
    z.union([z.object({ encoding, value: utf8 }), z.object({ encoding, ...largeValue() })]),
    z.transform(stored => stored as StoredBookmark),
  );
});
