import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import type { DayCounts, Days, StreamCounts } from "../persister/entries.ts";
import { dayCountsDaysMax } from "../persister/limits.ts";
import { storeUnavailable, waitingOut } from "./available.ts";
import { itemTable, partitionOf, secondsIn, type TableOptions } from "./table.ts";
import { machineTiming } from "./timing.ts";

const keyOf = (date: string) => `day#${date}`;
/** The counts of a stream are attributes of the item: only those can be added to. */
const countsOf = { records: "records#", bytes: "bytes#" } as const;
/** A day lacks a delivery if the table takes longer. */
const addMillisecondsMax = 1_000;

/** Stores counts in DynamoDB: an item for each day in the streamer's partition, with a TTL. */
export function dynamoDays(options: TableOptions): Days {
  const table = itemTable(options);
  const available = waitingOut(options);
  const { timing = machineTiming } = options;
  return {
    async add(streamer, { date, records, bytes, streams }, deadline) {
      const key = { pk: partitionOf(streamer), sk: keyOf(date) };
      const byStream = streams.flatMap(each => [
        [`${countsOf.records}${each.stream}`, each.records],
        [`${countsOf.bytes}${each.stream}`, each.bytes],
      ]);
      const add = { records, bytes, ...Object.fromEntries(byStream) };
      const set = { expiresAt: secondsIn(dayCountsDaysMax, options) };
      const giveUp = Math.min(deadline, timing.now() + addMillisecondsMax);
      await table.addOnce(key, { add, set }, giveUp).catch((error: Error) => {
        throw storeUnavailable(error);
      });
    },
    list: (streamer, since, deadline) =>
      available(deadline, async () => {
        const range = [keyOf(since), keyOf("~")] as const;
        const items = await table.backwards(partitionOf(streamer), range, dayCountsDaysMax, deadline);
        return items.map(dayOf);
      }),
  };
}

const daySchema = memoize(() => z.looseObject({ sk: z.string(), records: z.number(), bytes: z.number() }));

function dayOf(item: unknown): DayCounts {
  const { sk, records, bytes, ...attributes } = daySchema().parse(item);
  const streams = Object.entries(attributes).flatMap(([name, count]): StreamCounts[] => {
    if (!name.startsWith(countsOf.records)) return [];
    const stream = name.slice(countsOf.records.length);
    return [{ stream, records: Number(count), bytes: Number(attributes[`${countsOf.bytes}${stream}`]) }];
  });
  streams.sort((one, other) => (one.stream < other.stream ? -1 : 1));
  return { date: sk.slice(keyOf("").length), records, bytes, streams };
}
