import type { Context } from "aws-lambda";
import { allSettled } from "./persister/all-settled.ts";
import { answerBy } from "./persister/limits.ts";
import { watchStreamers } from "./persister/query/watch.ts";
import { watchTokens } from "./persister/query/watch-tokens.ts";
import { type WiredWatch, watchByEnvironment } from "./wire-watch.ts";

/**
 * Inspects every streamer and token every few minutes, and notifies people of streamers that are stale and
 * of tokens that expire soon.
 */
export const watch = (wired: () => WiredWatch) => async (_event: unknown, context: Context) => {
  const { tokens, ...parts } = wired();
  const deadline = answerBy(Date.now() + context.getRemainingTimeInMillis());
  // At the same time: neither depends on what becomes of the other.
  await allSettled([watchStreamers(parts, deadline), tokens && watchTokens({ ...parts, tokens }, deadline)]);
};

export const handler = watch(watchByEnvironment);
