import * as z from "zod/mini";
import type { Streamer, Streamers } from "../persister/ports.ts";
import { available } from "./available.ts";
import { commitAttributes, commitSchema } from "./commits.ts";
import { type Item, itemTable, partitionOf, sequence, type TableOptions } from "./table.ts";

const state = "state";

/** The streamers' items in DynamoDB: one a streamer, `state` in its partition. */
export function dynamoStreamers(options: TableOptions): Streamers {
  const table = itemTable(options);
  return {
    read: (name, deadline) =>
      available(async () => {
        const item = await table.get(partitionOf(name), state, deadline);
        return item === undefined ? undefined : { name, ...streamerSchema.parse(item) };
      }),
    write: (next, deadline) => available(() => table.putUpon(itemOf(next), next, deadline)),
  };
}

const itemOf = ({ name, commit, ...streamer }: Streamer): Item => ({
  pk: partitionOf(name),
  sk: state,
  ...streamer,
  commit: commit && commitAttributes(commit),
});

const streamerSchema = z.pipe(
  z.object({
    fence: z.number(),
    stamp: z.string(),
    lastSequence: sequence,
    lease: z.optional(z.object({ delivery: z.string(), until: z.number() })),
    commit: z.optional(commitSchema),
  }),
  z.transform(
    ({ lease, commit, ...streamer }): Omit<Streamer, "name"> => ({
      ...streamer,
      ...(lease && { lease }),
      ...(commit && { commit }),
    }),
  ),
);
