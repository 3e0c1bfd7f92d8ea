import { snsNotifier } from "./aws/alarm-topic.ts";
import { dynamoClient, snsClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { dynamoTokenList } from "./aws/token-list.ts";
import { readAlarmTopic, readConfig } from "./config.ts";
import { memoize } from "./memoize.ts";
import type { WatchParts } from "./persister/query/watch.ts";
import type { WatchTokensParts } from "./persister/query/watch-tokens.ts";
import { wire } from "./wire.ts";

/** The parts of `watch`. Without bearer tokens, there is no list of them. */
export type WiredWatch = WatchParts & Partial<WatchTokensParts>;

/** Wires `watch` by its environment, at the first call. */
export const watchByEnvironment = memoize((): WiredWatch => {
  const config = readConfig();
  const { region, service, table, authorization } = config;
  const observer = cloudWatch(service, config);
  const notifier = snsNotifier({ client: snsClient(region), topicArn: readAlarmTopic(), service });
  const tokens = dynamoTokenList({ client: dynamoClient({ region }), table });
  const { store } = wire(config, observer);
  return { ...store, observer, notifier, ...(authorization === "token" && { tokens }) };
});
