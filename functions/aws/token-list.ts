import type { TokenList } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import { itemTable, type TableOptions } from "./table.ts";
import { machineTiming } from "./timing.ts";
import { tokenItems } from "./token-entries.ts";
import { earlierKey, listedKey, listedSeconds, tokensUnavailable } from "./tokens.ts";

/**
 * Reads the list of bearer tokens: a Query for each thousand of them, and the items of those that expire
 * soon.
 */
export function dynamoTokenList(options: TableOptions): TokenList {
  const table = itemTable(options);
  const items = tokenItems(options);
  const waiting = waitingOut(options);
  const { timing = machineTiming } = options;
  return {
    async *expiring(until, deadline) {
      for await (const page of items.pages(deadline))
        for (const { digest, expiresAt, notifiedAt } of page) {
          if (expiresAt === undefined || notifiedAt !== undefined) continue;
          if (expiresAt - listedSeconds > Math.ceil(until / 1_000)) continue;
          const { id, streamer, scopes, validUntil } = (await items.read(digest, deadline)) ?? {};
          if (validUntil === undefined || validUntil <= timing.now() || validUntil > until) continue;
          yield { digest, id: id!, streamer: streamer!, scopes: scopes!, validUntil };
        }
    },
    async noteNotified(digest, deadline) {
      const change = { set: { notifiedAt: timing.now() }, condition: "attribute_exists(pk)" };
      for (const key of [listedKey(digest), earlierKey(digest)]) {
        const note = () => table.update(key, change, deadline);
        if (await waiting(deadline, note, tokensUnavailable)) return;
      }
    },
  };
}
