import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Context } from "aws-lambda";
import { Cron } from "croner";
import { parse } from "yaml";
import * as z from "zod";
import type { Parts } from "../../functions/persister/persist.ts";
import { credentialPattern, namesIn } from "../../functions/program/credentials.ts";
import { placesIn, programStreaming } from "../../functions/program/program.ts";
import { schedule } from "../../functions/schedule.ts";
import { CommandError } from "../run-command.ts";
import { root } from "./commands.ts";

/** A streamer in serverless.yml's list. */
export interface Scheduled {
  readonly streamer: string;
  readonly command: string;
  /** rate(…) or cron(…), as in EventBridge Scheduler. */
  readonly every: string;
  /** Entries by functions/program/credentials.ts: what it requires in its environment. */
  readonly credentials: readonly string[];
  /** The names that their use renews. A scheduled run replaces them in the streamer's secret. */
  readonly renewed: readonly string[];
}

const credential = z.string().regex(credentialPattern, "a name, or `A|B+C`: A, or both B and C");

const list = z.object({
  custom: z.object({
    streamers: z.record(
      z.string(),
      z.object({
        command: z.string(),
        every: z.string(),
        credentials: z.array(credential),
        renewed: z.array(z.string()).default([]),
      }),
    ),
  }),
});

export async function readScheduled(file: string | URL): Promise<Scheduled[]> {
  const { custom } = list.parse(parse(await readFile(file, "utf8"), { logLevel: "error" }));
  return Object.entries(custom.streamers).map(([streamer, entry]) => ({ streamer, ...entry }));
}

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Returns when a schedule starts next, or undefined if it never starts again. Throws CommandError if it is
 * not a valid schedule: docs.aws.amazon.com/scheduler, "Schedule types".
 */
export function nextStart(every: string, after: Date): Date | undefined {
  const [, count, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(every) ?? [];
  if (unit !== undefined) return new Date(after.getTime() + Number(count) * units[unit]!);
  const [, minute, hour, day, month, weekday, year] =
    /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(every) ?? [];
  if (year === undefined)
    throw new CommandError(`${every} is neither rate(…) with a positive number nor cron(…) with six fields`);
  const fields = [
    "0",
    stepping(minute!, 59),
    stepping(hour!, 23),
    stepping(day!, 31),
    stepping(month!, 12),
    stepping(fromZero(weekday!), 6),
    stepping(year, 2199),
  ];
  try {
    return new Cron(fields.join(" "), { timezone: "UTC", mode: "7-part" }).nextRun(after) ?? undefined;
  } catch (error) {
    throw new CommandError(`${every} can't be read: ${(error as Error).message}`);
  }
}

/**
 * Converts AWS's weekdays, 1 (Sunday) to 7 or `L`, to weekdays from 0. `2#1` is the first Monday, `2/3`
 * every third day from Monday: the numbers after `#` and `/` stay.
 */
const fromZero = (weekday: string) =>
  weekday
    .replaceAll(/(?<![^,])L(?![^,])/g, "7")
    .replaceAll(/(?<![#/\d])\d+/g, day => String(Number(day) - 1));

/** Expands `0/10` to `0-59/10`. */
const stepping = (field: string, last: number) => field.replaceAll(/(?<!-)\b(\w+)\//g, `$1-${last}/`);

/** The bundled streamers are in the checkout or the package, and not in the current folder. */
const located = (word: string) => (word.startsWith("dist/") ? fileURLToPath(new URL(word, root)) : word);

/** Lambda's limit. */
const runMilliseconds = 900_000;
/** The limit of Node's timers. */
const timerMillisecondsMax = 2 ** 31 - 1;

/** Returns a streamer's credentials and the variables with its prefix, such as GITHUB_API_URL for github. */
export const environmentFor = ({ streamer, credentials }: Scheduled, env: NodeJS.ProcessEnv) => {
  const named = credentials.flatMap(namesIn);
  const prefix = `${streamer.toUpperCase().replaceAll("-", "_")}_`;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value && (name.startsWith(prefix) || named.includes(name)) ? [[name, value]] : [],
    ),
  );
};

/**
 * Runs a streamer now, again until it is done, and then on its schedule, until `close`. Throws CommandError
 * if the schedule is not valid.
 */
export function startSchedule(
  scheduled: Scheduled,
  parts: Parts,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): { close(): void } {
  const { streamer, command, every, credentials } = scheduled;
  // An invalid schedule fails here, not after the first run.
  nextStart(every, new Date());
  let timer: NodeJS.Timeout | undefined;
  let isUnfinished = false;
  let isClosed = false;
  const handler = schedule(() => ({
    parts,
    streamer,
    streaming: programStreaming({
      command: command.split(" ").map(located),
      places: placesIn(env),
      required: credentials,
      credentials: { source: "The environment", read: async () => environmentFor(scheduled, env) },
    }),
    report: ({ outcome, records }) => log(`${streamer}: ${outcome}, ${records} records`),
    scheduleNext: async () => {
      isUnfinished = true;
    },
  }));
  const context = { getRemainingTimeInMillis: () => runMilliseconds } as Context;
  const wait = (until: Date | undefined) => {
    if (until === undefined) return;
    const left = until.getTime() - Date.now();
    timer = setTimeout(
      () => (left > timerMillisecondsMax ? wait(until) : run()),
      Math.min(left, timerMillisecondsMax),
    );
  };
  const run = () => {
    isUnfinished = false;
    handler(undefined, context)
      .catch((error: unknown) => log(`${streamer}: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        if (isClosed) return;
        if (isUnfinished) run();
        else wait(nextStart(every, new Date()));
      });
  };
  run();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
