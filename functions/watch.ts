import type { Context } from "aws-lambda";
import { answerBy } from "./persister/limits.ts";
import { watchBookmarks } from "./persister/query/watch.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** Every few minutes: how old every streamer's bookmark is, of those too that nobody delivers to. */
export const watch = (wired: () => Wired) => async (_event: unknown, context: Context) => {
  await watchBookmarks(wired().parts, answerBy(Date.now() + context.getRemainingTimeInMillis()));
};

export const handler = watch(wiredByEnvironment);
