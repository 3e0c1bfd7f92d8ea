import type { Context } from "aws-lambda";
import { answerBy } from "./persister/limits.ts";
import { watchBookmarks } from "./persister/query/watch.ts";
import { type Wired, wiredByEnvironment } from "./wire.ts";

/** Reports the age of every streamer's bookmark every few minutes, even if it has no deliveries. */
export const watch = (wired: () => Wired) => async (_event: unknown, context: Context) => {
  const { store, parts } = wired();
  await watchBookmarks(
    { ...store, observer: parts.observer },
    answerBy(Date.now() + context.getRemainingTimeInMillis()),
  );
};

export const handler = watch(wiredByEnvironment);
