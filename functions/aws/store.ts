import type { Store } from "../persister/store.ts";
import { s3Bookmarks } from "./bookmarks.ts";
import { dynamoDeliveries } from "./deliveries.ts";
import { dynamoDeliveryLog } from "./delivery-log.ts";
import { dynamoHistory } from "./history.ts";
import type { BucketOptions } from "./large-values.ts";
import { dynamoStreamers } from "./streamers.ts";
import type { TableOptions } from "./table.ts";

/** Where streamers' positions are kept: a table, and a bucket for what its items have no room for. */
export const awsStore = (options: TableOptions & BucketOptions): Store => ({
  streamers: dynamoStreamers(options),
  bookmarks: s3Bookmarks(options),
  history: dynamoHistory(options),
  deliveries: dynamoDeliveries(options),
  log: dynamoDeliveryLog(options),
});
