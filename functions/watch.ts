import type { Context } from "aws-lambda";
import { answerBy } from "./persister/limits.ts";
import { type WatchParts, watchStreamers } from "./persister/query/watch.ts";
import { watchByEnvironment } from "./wire-watch.ts";

/** Inspects every streamer every few minutes, and notifies people of those that are stale. */
export const watch = (wired: () => WatchParts) => async (_event: unknown, context: Context) => {
  await watchStreamers(wired(), answerBy(Date.now() + context.getRemainingTimeInMillis()));
};

export const handler = watch(watchByEnvironment);
