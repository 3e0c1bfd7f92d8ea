import * as z from "zod/mini";
import type { Streamer, Streamers } from "../persister/store.ts";
import { waitingOut } from "./available.ts";
import { commitAttributes, commitSchema } from "./commits.ts";
import { type Item, itemTable, partitionOf, sequence, type TableOptions } from "./table.ts";

const state = "state";
/** The partition with an item for each streamer, by which streamers are listed. */
const register = "streamers";
/** Sorts before every name. A key may not be empty. */
const beforeAll = " ";

/** Stores streamers in DynamoDB: the item `state` in each one's partition. */
export function dynamoStreamers(options: TableOptions): Streamers {
  const table = itemTable(options);
  const available = waitingOut(options);
  return {
    read: (name, deadline) =>
      available(deadline, async () => {
        const item = await table.get(partitionOf(name), state, deadline);
        return item === undefined ? undefined : { name, ...streamerSchema.parse(item) };
      }),
    write: (next, deadline) =>
      available(deadline, async () => {
        // Written first, so that every streamer is listed.
        if (next.fence === 1) await table.put({ pk: register, sk: next.name }, deadline);
        return table.putFenced(itemOf(next), next, deadline);
      }),
    list: (after, limit, deadline) =>
      available(deadline, async () => {
        const items = await table.onwards(register, after === "" ? beforeAll : after, limit, deadline);
        return items.map(item => registered.parse(item).sk);
      }),
  };
}

const itemOf = ({ name, commit, ...streamer }: Streamer): Item => ({
  pk: partitionOf(name),
  sk: state,
  ...streamer,
  commit: commit && commitAttributes(commit),
});

const registered = z.object({ sk: z.string() });

const streamerSchema = z.pipe(
  z.object({
    fence: z.number(),
    stamp: z.string(),
    lastSequence: sequence,
    lease: z.optional(z.object({ delivery: z.string(), until: z.number() })),
    commit: z.optional(commitSchema),
    totals: z.optional(z.object({ deliveries: z.number(), records: z.number() })),
  }),
  z.transform(
    ({ lease, commit, totals, ...streamer }): Omit<Streamer, "name"> => ({
      ...streamer,
      ...(lease && { lease }),
      ...(commit && { commit }),
      ...(totals && { totals }),
    }),
  ),
);
