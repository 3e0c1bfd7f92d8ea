import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "aws-lambda";
import { PersisterError } from "../../functions/persister/errors.ts";
import { runReserveMillisecondsMin } from "../../functions/persister/limits.ts";
import { placesIn, programStreaming } from "../../functions/program/program.ts";
import { StreamerFailed } from "../../functions/program/streaming.ts";
import { schedule } from "../../functions/schedule.ts";
import { wire } from "../../functions/wire.ts";
import { readSettings } from "../../infra/local/settings.ts";
import { stackFileName, stackFileSchema } from "../../infra/local/stack-file.ts";
import { instrumented } from "./instrumented.ts";
import { Steps } from "./steps.ts";

/** How long it streams, in ms. */
const streamMilliseconds = 10_000;

/** One scheduled run of a streamer, as in Lambda, in a process of its own. Prints the result. */
const [streamer, program] = process.argv.slice(2) as [string, string];
const { dataDir, importApiUrl, stitchClientId: clientId, stitchToken } = readSettings(process.env);
const { region, table, bucket, dynamodb, s3 } = stackFileSchema.parse(
  JSON.parse(await readFile(join(dataDir, stackFileName), "utf8")),
);
const { parts } = wire(
  {
    region,
    service: "chaos",
    bucket,
    table,
    importApiUrl: importApiUrl!,
    bookmarkAgeHours: 26,
    streamerMetrics: false,
    authorization: "iam",
    accounts: { known: { default: { clientId, token: stitchToken } } },
    endpoints: { s3, dynamodb },
  },
  { onDelivery: () => {} },
);
const handler = schedule(() => ({
  parts: instrumented(parts, new Steps(process.env.STEPS_FILE!)),
  streamer,
  streaming: programStreaming({
    command: [process.execPath, program, streamer],
    places: placesIn(process.env),
    required: [],
    credentials: { source: "The environment", read: async () => ({}) },
  }),
  report: ({ outcome }) => console.log(outcome),
  scheduleNext: async () => {},
}));
try {
  await handler(undefined, {
    getRemainingTimeInMillis: () => runReserveMillisecondsMin + streamMilliseconds,
  } as Context);
} catch (error) {
  if (!(error instanceof PersisterError || error instanceof StreamerFailed)) throw error;
  console.log(error instanceof PersisterError ? error.code : "streamer-failed");
}
