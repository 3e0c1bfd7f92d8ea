import type { Context } from "aws-lambda";
import { runByEnvironment, type WiredRun } from "./wire-run.ts";

/** Runs a streamer from its last bookmark, and schedules another run if time runs out first. */
export const schedule = (wired: () => WiredRun) => async (event: unknown, context: Context) => {
  const deadline = Date.now() + context.getRemainingTimeInMillis();
  const { parts, streamer, streaming, report, scheduleNext } = wired();
  // Another attempt of a start that failed has its request id, too.
  const chain = chainOf(event) ?? context.awsRequestId;
  // As for `ingest`, what delivers is loaded after the start.
  const { run } = await import("./program/run.ts");
  const ran = await run({ streamer, streaming, chain, deadline }, parts);
  report(ran);
  if (ran.outcome === "unfinished") await scheduleNext(context.invokedFunctionArn, chain);
};

/** Returns the chain that a run continues, from the input of the schedule that the run before has made. */
function chainOf(event: unknown): string | undefined {
  const { again } = (event ?? {}) as { readonly again?: unknown };
  return typeof again === "string" ? again : undefined;
}

export const handler = schedule(runByEnvironment);
