import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import type { Streamer, StreamerSettings, Streamers } from "../persister/store.ts";
import { waitingOut } from "./available.ts";
import { commitAttributes, commitSchema } from "./commits.ts";
import { createEntry } from "./entries.ts";
import { type Item, itemTable, partitionOf, sequence, type TableOptions } from "./table.ts";

const state = "state";
const settings = "settings";

/**
 * Stores streamers in DynamoDB: the item `state` in each one's partition, and `settings` if it has any.
 */
export function dynamoStreamers(options: TableOptions): Streamers {
  const table = itemTable(options);
  const available = waitingOut(options);
  return {
    read: (name, deadline) =>
      available(deadline, async () => {
        const item = await table.get(partitionOf(name), state, deadline);
        return item === undefined ? undefined : { name, ...streamerSchema().parse(item) };
      }),
    readWithSettings: (name, deadline) =>
      available(deadline, async () => {
        // The two are neighbours, so one Query reads them, for the price of their bytes together.
        const items = await table.backwards(partitionOf(name), [settings, state], 2, deadline);
        const found = new Map(items.map(item => [keyed().parse(item).sk, item]));
        return {
          streamer: found.has(state) ? { name, ...streamerSchema().parse(found.get(state)) } : undefined,
          settings: found.has(settings) ? settingsOf(name, found.get(settings)) : undefined,
        };
      }),
    writeSettings: (next, deadline) =>
      available(deadline, () => {
        const { streamer, settings: set, ...fenced } = next;
        const item = { pk: partitionOf(streamer), sk: settings, ...fenced, ...set };
        return table.putFenced(item, next, deadline);
      }),
    write: (next, deadline) =>
      available(deadline, async () => {
        // Written first, so that every streamer is listed.
        if (next.fence === 1) await createEntry(options, next, deadline);
        return table.putFenced(itemOf(next), next, deadline);
      }),
  };
}

const itemOf = ({ name, commit, ...streamer }: Streamer): Item => ({
  pk: partitionOf(name),
  sk: state,
  ...streamer,
  commit: commit && commitAttributes(commit),
});

const keyed = memoize(() => z.object({ sk: z.string() }));

const settingsSchema = memoize(() =>
  z.object({
    fence: z.number(),
    stamp: z.string(),
    expectedEvery: z.exactOptional(z.string()),
  }),
);

function settingsOf(streamer: string, item: unknown): StreamerSettings {
  const { fence, stamp, ...set } = settingsSchema().parse(item);
  return { streamer, fence, stamp, settings: set };
}

const streamerSchema = memoize(() =>
  z.pipe(
    z.object({
      fence: z.number(),
      stamp: z.string(),
      lastSequence: sequence(),
      lease: z.optional(
        z.object({
          delivery: z.string(),
          until: z.number(),
          since: z.exactOptional(z.number()),
          segment: z.exactOptional(z.number()),
        }),
      ),
      commit: z.optional(commitSchema()),
      totals: z.optional(z.object({ deliveries: z.number(), records: z.number() })),
      since: z.exactOptional(z.number()),
      gaps: z.exactOptional(z.array(z.number())),
    }),
    z.transform(
      ({ lease, commit, totals, ...streamer }): Omit<Streamer, "name"> => ({
        ...streamer,
        ...(lease && { lease }),
        ...(commit && { commit }),
        ...(totals && { totals }),
      }),
    ),
  ),
);
