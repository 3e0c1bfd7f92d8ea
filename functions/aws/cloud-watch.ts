import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { ErrorCode } from "../persister/errors.ts";
import type { Observer, Report, RequestObserver, TokenObserver, WatchObserver } from "../persister/ports.ts";
import type { Ran } from "../program/run.ts";

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

interface CloudWatchOptions {
  /** Whether each streamer has a metric of its own, which costs as much as the rest of a small streamer. */
  readonly streamerMetrics: boolean;
  /** Whether the function is a scheduled run. */
  readonly isRun?: boolean;
}

/**
 * Returns an observer that logs a line for each delivery and its metrics in CloudWatch's embedded metric
 * format, which infra/alarms.yml and infra/dashboard.yml use. `service` identifies the stack.
 */
export function cloudWatch(
  service: string,
  { streamerMetrics, isRun = false }: CloudWatchOptions,
): Observer & WatchObserver & RequestObserver & TokenObserver & { onRun(ran: Ran): void } {
  const logger = new Logger({ serviceName: service });
  const metrics = new Metrics({ namespace, serviceName: service });
  const reportAge = (streamer: string, age: number) => {
    if (!streamerMetrics) return;
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
      // A run that fails has an alarm of its own, and is tried again before.
      metrics.addMetric("Rejected", MetricUnit.Count, !isRun && rejected.has(outcome) ? 1 : 0);
      metrics.addMetric("Failed", MetricUnit.Count, !isRun && failed.has(outcome) ? 1 : 0);
      metrics.addMetric("Retries", MetricUnit.Count, report.retries);
      if (milliseconds.forward !== undefined)
        metrics.addMetric("ForwardLatency", MetricUnit.Milliseconds, milliseconds.forward);
      metrics.publishStoredMetrics();
      if (bookmarkAge !== undefined) reportAge(streamer, bookmarkAge);
    },
    onRun(ran) {
      logger.info("run", { ...ran });
    },
    onTokenChange({ validUntil, ...change }) {
      const expiresAt = validUntil === undefined ? undefined : new Date(validUntil).toISOString();
      logger.info("token", { ...change, expiresAt });
    },
    onBookmarkAge: reportAge,
    onWatched({ streamers, stale, oldest }) {
      metrics.addMetric("Streamers", MetricUnit.Count, streamers);
      metrics.addMetric("StaleStreamers", MetricUnit.Count, stale);
      metrics.addMetric("OldestBookmarkAge", MetricUnit.Seconds, seconds(oldest));
      metrics.publishStoredMetrics();
    },
    onRefused({ code, isKnown, ...refusal }) {
      logger.warn("refused", { code, isKnown, ...refusal });
      const own = metrics.singleMetric();
      own.addDimension("code", code);
      own.addMetric("Refused", MetricUnit.Count, 1);
      metrics.addMetric("KnownStreamerRefused", MetricUnit.Count, isKnown ? 1 : 0);
      metrics.publishStoredMetrics();
    },
  };
}
