import * as z from "zod/mini";
import type { ExpiringToken, TokenList } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import { itemTable, type TableOptions } from "./table.ts";
import { machineTiming } from "./timing.ts";
import {
  earlierKey,
  listedKey,
  listedSeconds,
  tokenKey,
  tokenSchema,
  tokensPartition,
  tokensUnavailable,
} from "./tokens.ts";

/** An entry has 200 bytes at most, so a page stays far below the 1 MB that a Query reads. */
const pageMax = 1_000;
const [beforeAll, afterAll] = [" ", "~"];

/** An entry of the list. That of an earlier version is the token's own item. */
const entrySchema = z.object({
  sk: z.string(),
  expiresAt: z.exactOptional(z.number()),
  notifiedAt: z.exactOptional(z.number()),
});

/**
 * Reads the list of bearer tokens: a Query for each thousand of them, and the items of those that expire
 * soon.
 */
export function dynamoTokenList(options: TableOptions): TokenList {
  const table = itemTable(options);
  const waiting = waitingOut(options);
  const { timing = machineTiming } = options;
  const available = <T>(deadline: number, work: () => Promise<T>) =>
    waiting(deadline, work, tokensUnavailable);

  async function* entries(deadline: number): AsyncIterable<z.infer<typeof entrySchema>> {
    for (let from = beforeAll; ; ) {
      const range = [from, afterAll] as const;
      const page = await available(deadline, () => table.between(tokensPartition, range, pageMax, deadline));
      const read = page.map(item => entrySchema.parse(item));
      yield* read;
      if (read.length < pageMax) return;
      from = `${read.at(-1)!.sk}${beforeAll}`;
    }
  }

  /** Resolves to a token; to undefined if it was revoked, or never stored. */
  async function read(digest: string, deadline: number): Promise<ExpiringToken | undefined> {
    for (const { pk, sk } of [tokenKey(digest), earlierKey(digest)]) {
      const item = await available(deadline, () => table.get(pk, sk, deadline));
      if (item === undefined) continue;
      const { id, streamer, scopes, validUntil } = tokenSchema.parse(item);
      if (validUntil !== undefined) return { digest, id, streamer, scopes, validUntil };
    }
    return undefined;
  }

  return {
    async *expiring(until, deadline) {
      for await (const { sk, expiresAt, notifiedAt } of entries(deadline)) {
        if (expiresAt === undefined || notifiedAt !== undefined) continue;
        if (expiresAt - listedSeconds > Math.ceil(until / 1_000)) continue;
        const token = await read(sk.slice(sk.indexOf("#") + 1), deadline);
        if (token !== undefined && token.validUntil > timing.now() && token.validUntil <= until) yield token;
      }
    },
    async noteNotified(digest, deadline) {
      const change = { set: { notifiedAt: timing.now() }, condition: "attribute_exists(pk)" };
      for (const key of [listedKey(digest), earlierKey(digest)])
        if (await available(deadline, () => table.update(key, change, deadline))) return;
    },
  };
}
