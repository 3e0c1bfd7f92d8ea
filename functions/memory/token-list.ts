import type { Clock, ExpiringToken, TokenList } from "../persister/ports.ts";

/** An in-memory list of tokens, by digest: its contents last as long as the process. */
export function memoryTokenList({
  now,
}: Pick<Clock, "now">): TokenList & { readonly tokens: Map<string, ExpiringToken> } {
  const tokens = new Map<string, ExpiringToken>();
  const notified = new Set<string>();
  return {
    tokens,
    async *expiring(until) {
      for (const token of [...tokens.values()])
        if (token.validUntil > now() && token.validUntil <= until && !notified.has(token.digest)) yield token;
    },
    noteNotified: async digest => void notified.add(digest),
  };
}
