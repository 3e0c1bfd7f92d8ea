import { allSettled } from "../persister/all-settled.ts";
import type { TokenEntry, TokenStore } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import { itemTable, type TableOptions } from "./table.ts";
import { type EntryItem, tokenItems } from "./token-entries.ts";
import { earlierKey, listedKey, listedSeconds, tokenKey, tokensUnavailable } from "./tokens.ts";

const readsAtOnce = 32;
/** A digest is of 256 random bits: what is there already was stored by an earlier attempt. */
const isNew = "attribute_not_exists(pk)";

/** Stores tokens in DynamoDB: each as an item in a partition of its own, and an entry in the list. */
export function dynamoTokenStore(options: TableOptions): TokenStore {
  const table = itemTable(options);
  const items = tokenItems(options);
  const waiting = waitingOut(options);
  const available = <T>(deadline: number, work: () => Promise<T>) =>
    waiting(deadline, work, tokensUnavailable);

  async function entryOf(item: EntryItem, deadline: number): Promise<TokenEntry | undefined> {
    const { digest, id, streamer, createdAt } = item;
    if (id !== undefined && streamer !== undefined && createdAt !== undefined)
      return { digest, id, streamer, createdAt };
    return items.read(digest, deadline);
  }

  const removeAll = async (
    keys: readonly { readonly pk: string; readonly sk: string }[],
    deadline: number,
  ) => {
    for (const key of keys) await available(deadline, () => table.remove(key, deadline));
  };

  return {
    async *entries(deadline) {
      for await (const page of items.pages(deadline))
        for (let at = 0; at < page.length; at += readsAtOnce) {
          const some = page.slice(at, at + readsAtOnce).map(item => entryOf(item, deadline));
          yield* (await allSettled(some)).filter(entry => entry !== undefined);
        }
    },
    read: items.read,
    async create({ digest, id, streamer, createdAt, validUntil, scopes }, deadline) {
      // DynamoDB's TTL deletes both.
      const expiresAt = validUntil && Math.ceil(validUntil / 1_000) + listedSeconds;
      const entry = { ...listedKey(digest), id, streamer, createdAt, expiresAt };
      const token = { ...tokenKey(digest), id, streamer, scopes, createdAt, validUntil, expiresAt };
      // Listed first, so that every token that works is listed and can be revoked.
      for (const item of [entry, token])
        await available(deadline, () => table.putIf(isNew, {}, item, deadline));
      // An attempt that is repeated, as its answer was lost, may restore a token that was revoked in between.
      const { pk, sk } = listedKey(digest);
      if ((await available(deadline, () => table.get(pk, sk, deadline))) !== undefined) return true;
      await removeAll([tokenKey(digest)], deadline);
      return false;
    },
    revoke: (digest, deadline) =>
      // The token is deleted before its entry, as a token that is not listed must not work, and again after
      // it: a repeated attempt at its creation that began before then may have restored it.
      removeAll([tokenKey(digest), earlierKey(digest), listedKey(digest), tokenKey(digest)], deadline),
  };
}
