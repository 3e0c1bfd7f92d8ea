import type { Chains } from "../persister/chains.ts";
import { waitingOut } from "./available.ts";
import { itemTable, partitionOf, type TableOptions } from "./table.ts";

/** Stores the chain of a streamer's runs in DynamoDB: the item `chain` in the streamer's partition. */
export function dynamoChains(options: TableOptions): Chains {
  const table = itemTable(options);
  const available = waitingOut(options);
  return {
    claim: ({ streamer, id, until }, now, deadline) =>
      available(deadline, () => {
        const item = { pk: partitionOf(streamer), sk: "chain", id, liveUntil: until };
        const condition = "attribute_not_exists(pk) OR liveUntil <= :now OR id = :id";
        return table.putIf(condition, { ":now": now, ":id": id }, item, deadline);
      }),
  };
}
