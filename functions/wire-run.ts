import { schedulerClient, secretsClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { secretCredentials } from "./aws/credentials.ts";
import { runAgain } from "./aws/run-again.ts";
import { readConfig, readScheduled } from "./config.ts";
import type { Ran } from "./persister/segments/run.ts";
import type { Streaming } from "./persister/segments/streaming.ts";
import { programStreaming } from "./program/streaming.ts";
import { once, type Wired, wire } from "./wire.ts";

/** What running a streamer needs. */
export interface WiredRun extends Pick<Wired, "parts"> {
  readonly streamer: string;
  readonly streaming: Streaming;
  report(onRun: Ran): void;
  /** Has this function run once more. */
  scheduleNext(functionArn: string): Promise<void>;
}

/**
 * What the environment of a scheduled run says, read at the first call; its credentials are read anew for
 * each run.
 */
export const runByEnvironment = once((): WiredRun => {
  const config = readConfig();
  const scheduled = readScheduled();
  const { streamer, secretArn, startRoleArn: roleArn, deadLettersArn } = scheduled;
  const observer = cloudWatch(config.service);
  const secrets = secretsClient(config.region);
  const scheduler = schedulerClient(config.region);
  const credentials = secretCredentials(secrets, secretArn, scheduled.renewed);
  return {
    ...wire(config, observer),
    streamer,
    streaming: programStreaming({ ...scheduled, required: scheduled.credentials, credentials }),
    report: observer.onRun,
    scheduleNext: functionArn => runAgain(scheduler, { functionArn, roleArn, deadLettersArn }, Date.now()),
  };
});
