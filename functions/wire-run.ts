import { schedulerClient, secretsClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { secretCredentials } from "./aws/credentials.ts";
import { scheduleNextRun } from "./aws/run-again.ts";
import { readConfig, readScheduled } from "./config.ts";
import { memoize } from "./memoize.ts";
import { programStreaming } from "./program/program.ts";
import type { Ran } from "./program/run.ts";
import type { Streaming } from "./program/streaming.ts";
import { type Wired, wire } from "./wire.ts";

/** Everything that a scheduled run needs. */
export interface WiredRun extends Pick<Wired, "parts"> {
  readonly streamer: string;
  readonly streaming: Streaming;
  report(ran: Ran): void;
  /** Schedules another run of this function, which continues a chain. */
  scheduleNext(functionArn: string, chain: string): Promise<void>;
}

/** Wires a scheduled run by its environment, at the first call. Every run reads the credentials again. */
export const runByEnvironment = memoize((): WiredRun => {
  const config = readConfig();
  const scheduled = readScheduled();
  const { streamer, secretArn, startRoleArn: roleArn, deadLettersArn } = scheduled;
  const observer = cloudWatch(config.service, { ...config, isRun: true });
  const secrets = secretsClient(config.region);
  const scheduler = schedulerClient(config.region);
  const credentials = secretCredentials(secrets, secretArn, scheduled.renewed);
  const sharedArn = "arn" in config.accounts ? config.accounts.arn : undefined;
  const accounts = { ownArn: secretArn, sharedArn };
  return {
    ...wire({ ...config, accounts }, observer),
    streamer,
    streaming: programStreaming({ ...scheduled, required: scheduled.credentials, credentials }),
    report: observer.onRun,
    scheduleNext: (functionArn, chain) =>
      scheduleNextRun(scheduler, { functionArn, roleArn, deadLettersArn, chain }, Date.now()),
  };
});
