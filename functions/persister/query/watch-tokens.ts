import { allSettled } from "../all-settled.ts";
import type { Clock, Notifier, TokenList } from "../ports.ts";
import { chunksOf } from "./streamers.ts";
import { namesMax, reserveMilliseconds } from "./watch.ts";

export interface WatchTokensParts {
  readonly clock: Clock;
  readonly tokens: TokenList;
  readonly notifier: Notifier;
}

/** People are notified of a token so long before it expires. */
const noticeMilliseconds = 14 * 24 * 3_600_000;

/**
 * Notifies of each token once, 14 days before it expires, whether it is used or not. A message is published
 * before its tokens are noted, so a token may be named twice, but is never missed. Those that there is no
 * time for are left to the next run. Rejects with `tokens-unavailable`, and as the notifier does.
 */
export async function watchTokens(
  { clock, tokens, notifier }: WatchTokensParts,
  deadline: number,
): Promise<void> {
  const expiring = tokens.expiring(clock.now() + noticeMilliseconds, deadline);
  for await (const some of chunksOf(expiring, namesMax)) {
    if (clock.now() >= deadline - reserveMilliseconds) return;
    await notifier.notifyExpiring(some);
    await allSettled(some.map(({ digest }) => tokens.noteNotified(digest, deadline)));
  }
}
