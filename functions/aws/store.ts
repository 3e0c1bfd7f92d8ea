import type { Store } from "../persister/store.ts";
import { s3Bookmarks } from "./bookmarks.ts";
import { dynamoChains } from "./chains.ts";
import { dynamoDays } from "./days.ts";
import { dynamoDeliveries } from "./deliveries.ts";
import { dynamoDeliveryLog } from "./delivery-log.ts";
import { dynamoEntries } from "./entries.ts";
import { dynamoHistory } from "./history.ts";
import type { BucketOptions } from "./large-values.ts";
import { dynamoStreamers } from "./streamers.ts";
import type { TableOptions } from "./table.ts";

/** Returns a store in a table, and in a bucket for values that are too large for its items. */
export const awsStore = (options: TableOptions & BucketOptions): Store => ({
  chains: dynamoChains(options),
  streamers: dynamoStreamers(options),
  entries: dynamoEntries(options),
  days: dynamoDays(options),
  bookmarks: s3Bookmarks(options),
  history: dynamoHistory(options),
  deliveries: dynamoDeliveries(options),
  log: dynamoDeliveryLog(options),
});
