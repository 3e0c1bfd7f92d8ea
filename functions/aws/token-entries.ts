import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import type { PersisterError } from "../persister/errors.ts";
import type { StoredToken } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import { itemTable, type TableOptions } from "./table.ts";
import { earlierKey, tokenKey, tokenSchema, tokensPartition, tokensUnavailable } from "./tokens.ts";

/** An entry has 300 bytes at most, so a page stays far below the 1 MB that a Query reads. */
const pageMax = 1_000;
const [beforeAll, afterAll] = [" ", "~"];

const entrySchema = memoize(() =>
  z.pipe(
    z.object({
      sk: z.string(),
      expiresAt: z.exactOptional(z.number()),
      notifiedAt: z.exactOptional(z.number()),
      /** Earlier versions stored none of these. */
      id: z.exactOptional(z.string()),
      streamer: z.exactOptional(z.string()),
      createdAt: z.exactOptional(z.number()),
    }),
    z.transform(({ sk, ...entry }) => ({ ...entry, digest: sk.slice(sk.indexOf("#") + 1) })),
  ),
);
/** An entry of the list as stored. That of a token of the earliest version is the token's own item. */
export type EntryItem = z.infer<ReturnType<typeof entrySchema>>;

/** Reads the list of bearer tokens, and tokens. Rejects with PersisterError `tokens-unavailable`. */
export function tokenItems(options: TableOptions): {
  /** Iterates over the list, a page for each thousand of its entries. */
  pages(deadline: number): AsyncIterable<readonly EntryItem[]>;
  read(digest: string, deadline: number): Promise<StoredToken | undefined>;
} {
  const table = itemTable(options);
  const waiting = waitingOut(options);
  const failure: (cause: unknown) => PersisterError = tokensUnavailable;
  return {
    async *pages(deadline) {
      for (let from = beforeAll; ; ) {
        const range = [from, afterAll] as const;
        const page = await waiting(
          deadline,
          () => table.between(tokensPartition, range, pageMax, deadline),
          failure,
        );
        yield page.map(item => entrySchema().parse(item));
        if (page.length < pageMax) return;
        from = `${(page.at(-1) as { readonly sk: string }).sk}${beforeAll}`;
      }
    },
    async read(digest, deadline) {
      for (const { pk, sk } of [tokenKey(digest), earlierKey(digest)]) {
        const item = await waiting(deadline, () => table.get(pk, sk, deadline), failure);
        if (item === undefined) continue;
        const { validUntil, usedOn, ...token } = tokenSchema().parse(item);
        return { digest, validUntil, usedOn, ...token };
      }
      return undefined;
    },
  };
}
