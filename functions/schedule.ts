import type { Context } from "aws-lambda";
import { run } from "./persister/segments/run.ts";
import { runByEnvironment, type WiredRun } from "./wire-run.ts";

/** Runs a streamer from its last bookmark, and schedules another run if time runs out first. */
export const schedule = (wired: () => WiredRun) => async (_event: unknown, context: Context) => {
  const { parts, streamer, streaming, report, scheduleNext } = wired();
  const ran = await run(
    { streamer, streaming, deadline: Date.now() + context.getRemainingTimeInMillis() },
    parts,
  );
  report(ran);
  if (ran.outcome === "unfinished") await scheduleNext(context.invokedFunctionArn);
};

export const handler = schedule(runByEnvironment);
