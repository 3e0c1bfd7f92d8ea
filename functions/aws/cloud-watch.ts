import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { ErrorCode } from "../persister/errors.ts";
import type { Observer, Report } from "../persister/ports.ts";
import type { Ran } from "../persister/segments/run.ts";

const namespace = "Persister";

const seconds = (milliseconds: number) => Math.round(milliseconds / 1_000);

/** The outcomes that the endpoint or a service caused. */
const failed: ReadonlySet<Report["outcome"]> = new Set<Report["outcome"]>([
  "unavailable",
  "out-of-time",
  "account-unavailable",
  "archive-unavailable",
  "store-unavailable",
  "newer-format",
  "bookmark-lost",
  "internal",
]);
/** The outcomes that the body caused. */
const rejected: ReadonlySet<Report["outcome"]> = new Set<ErrorCode>([
  "rejected",
  "not-a-stitchstream",
  "malformed",
  "bookmark-too-large",
  "invalid-records",
  "broken-gzip",
  "inflated-too-large",
]);

/**
 * Returns an observer that logs a line for each delivery and its metrics in CloudWatch's embedded metric
 * format, which infra/alarms.yml and infra/dashboard.yml use. `service` identifies the stack.
 */
export function cloudWatch(service: string): Observer & { onRun(ran: Ran): void } {
  const logger = new Logger({ serviceName: service });
  const metrics = new Metrics({ namespace, serviceName: service });
  const reportAge = (streamer: string, age: number) => {
    const own = metrics.singleMetric();
    own.addDimension("streamer", streamer);
    own.addMetric("BookmarkAge", MetricUnit.Seconds, seconds(age));
  };
  return {
    onDelivery(report) {
      const { streamer, bookmarkAge, outcome, milliseconds } = report;
      logger.info("delivery", { ...report });
      metrics.addMetric("Deliveries", MetricUnit.Count, 1);
      metrics.addMetric("Records", MetricUnit.Count, report.records);
      metrics.addMetric("Bytes", MetricUnit.Bytes, report.bytes);
      metrics.addMetric("Rejected", MetricUnit.Count, rejected.has(outcome) ? 1 : 0);
      metrics.addMetric("Failed", MetricUnit.Count, failed.has(outcome) ? 1 : 0);
      metrics.addMetric("Retries", MetricUnit.Count, report.retries);
      if (milliseconds.forward !== undefined)
        metrics.addMetric("ForwardLatency", MetricUnit.Milliseconds, milliseconds.forward);
      metrics.publishStoredMetrics();
      if (bookmarkAge !== undefined) reportAge(streamer, bookmarkAge);
    },
    onRun(ran) {
      logger.info("run", { ...ran });
    },
    onBookmarkAges(ages) {
      for (const [streamer, age] of ages) reportAge(streamer, age);
      metrics.addMetric("OldestBookmarkAge", MetricUnit.Seconds, seconds(Math.max(0, ...ages.values())));
      metrics.publishStoredMetrics();
    },
  };
}
