import type { Clock, StoredToken, TokenList, TokenStore } from "../persister/ports.ts";

/** In-memory tokens, by digest: they last as long as the process. */
export function memoryTokens({
  now,
}: Pick<Clock, "now">): TokenList & TokenStore & { readonly tokens: Map<string, StoredToken> } {
  const tokens = new Map<string, StoredToken>();
  const notified = new Set<string>();
  return {
    tokens,
    async *expiring(until) {
      for (const { validUntil, ...token } of [...tokens.values()])
        if (validUntil !== undefined && validUntil > now() && validUntil <= until)
          if (!notified.has(token.digest)) yield { ...expiringOf(token), validUntil };
    },
    noteNotified: async digest => void notified.add(digest),
    async *entries() {
      for (const { digest, id, streamer, createdAt } of [...tokens.values()])
        yield { digest, id, streamer, createdAt };
    },
    read: async digest => tokens.get(digest),
    async create(token) {
      tokens.set(token.digest, token);
      return true;
    },
    revoke: async digest => void tokens.delete(digest),
  };
}

const expiringOf = ({ digest, id, streamer, scopes }: Omit<StoredToken, "validUntil">) => ({
  digest,
  id,
  streamer,
  scopes,
});
