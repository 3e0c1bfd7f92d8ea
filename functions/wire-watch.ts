import { snsNotifier } from "./aws/alarm-topic.ts";
import { snsClient } from "./aws/clients.ts";
import { cloudWatch } from "./aws/cloud-watch.ts";
import { readAlarmTopic, readConfig } from "./config.ts";
import type { WatchParts } from "./persister/query/watch.ts";
import { memoize, wire } from "./wire.ts";

/** Wires `watch` by its environment, at the first call. */
export const watchByEnvironment = memoize((): WatchParts => {
  const config = readConfig();
  const { region, service } = config;
  const observer = cloudWatch(service, config);
  const notifier = snsNotifier({ client: snsClient(region), topicArn: readAlarmTopic(), service });
  return { ...wire(config, observer).store, observer, notifier };
});
