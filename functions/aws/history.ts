import { rememberedDaysMax } from "../persister/limits.ts";
import type { History } from "../persister/store.ts";
import { waitingOut } from "./available.ts";
import { commitAttributes, commitSchema } from "./commits.ts";
import { itemTable, partitionOf, secondsIn, type TableOptions } from "./table.ts";

/** Pads revisions, so that items sort by them. A safe integer has no more digits. */
const digits = 16;
const keyOf = (revision: number) => `commit#${String(revision).padStart(digits, "0")}`;

/** Stores past commits in DynamoDB: an item each in the streamer's partition, with a TTL. */
export function dynamoHistory(options: TableOptions): History {
  const table = itemTable(options);
  const available = waitingOut(options);
  return {
    file: (streamer, commit, deadline) =>
      available(deadline, async () => {
        const item = {
          pk: partitionOf(streamer),
          sk: keyOf(commit.revision),
          expiresAt: secondsIn(rememberedDaysMax, options),
          ...commitAttributes(commit),
        };
        await table.putIf("attribute_not_exists(pk)", {}, item, deadline);
      }),
    read: (streamer, revision, deadline) =>
      available(deadline, async () => {
        const item = await table.get(partitionOf(streamer), keyOf(revision), deadline);
        return item === undefined ? undefined : commitSchema().parse(item);
      }),
    list: (streamer, before, limit, deadline) =>
      available(deadline, async () => {
        const range = [keyOf(0), keyOf(before - 1)] as const;
        const items = await table.backwards(partitionOf(streamer), range, limit, deadline);
        return items.map(item => commitSchema().parse(item));
      }),
  };
}
