import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { cloudWatch } from "../../functions/aws/cloud-watch.ts";
import type { Report } from "../../functions/persister/ports.ts";

/** CloudWatch reads what a function prints: one line for the log, and one for the metrics. */
let printed: string[];
beforeEach(() => {
  printed = [];
  // Warnings go to stderr, which is the same log.
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation(text => printed.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

const report: Report = {
  streamer: "github",
  delivery: "6a3f",
  outcome: "committed",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  bytes: 1_000,
  records: 20,
  batches: 2,
  retries: 1,
  milliseconds: { archive: 21, forward: 300 },
  bookmarkAge: 61_400,
};

function linesOf(given: Partial<Report>): Record<string, unknown>[] {
  cloudWatch("persister-test", { streamerMetrics: true }).onDelivery({ ...report, ...given });
  return printed.map(line => JSON.parse(line) as Record<string, unknown>);
}

interface Metrics {
  readonly Metrics: readonly { readonly Name: string }[];
  readonly Dimensions: readonly (readonly string[])[];
}
const metricsOf = (line: Record<string, unknown> = {}) =>
  (line._aws as { CloudWatchMetrics: [Metrics] }).CloudWatchMetrics[0];

it("a delivery is a log line, metrics over all streamers, and the age of its streamer's bookmark", () => {
  const [log, all, own] = linesOf({});
  expect(log).toMatchObject({ level: "INFO", service: "persister-test", message: "delivery", ...report });
  expect(all).toMatchObject({
    service: "persister-test",
    Deliveries: 1,
    Records: 20,
    Bytes: 1_000,
    Rejected: 0,
    Failed: 0,
    Retries: 1,
    ForwardLatency: 300,
  });
  expect(metricsOf(all).Dimensions).toEqual([["service"]]);
  expect(own).toMatchObject({ service: "persister-test", streamer: "github", BookmarkAge: 61 });
  expect(metricsOf(own).Dimensions).toEqual([["service", "streamer"]]);
});

it.each([
  ["rejected", { Rejected: 1, Failed: 0 }],
  ["malformed", { Rejected: 1, Failed: 0 }],
  ["unavailable", { Rejected: 0, Failed: 1 }],
  ["out-of-time", { Rejected: 0, Failed: 1 }],
  ["delivery-in-flight", { Rejected: 0, Failed: 0 }],
] as const)("one that is %s counts as such", (outcome, counted) => {
  expect(linesOf({ outcome })[1]).toMatchObject(counted);
});

it.each([true, false])("the watch reports totals, and with streamerMetrics %s each age", streamerMetrics => {
  const observer = cloudWatch("persister-test", { streamerMetrics });
  observer.onBookmarkAge("drift", 61_000);
  observer.onWatched({ streamers: 3, stale: 1, oldest: 7_200_000 });
  const totals = { Streamers: 3, StaleStreamers: 1, OldestBookmarkAge: 7_200 };
  expect(printed.map(line => JSON.parse(line) as object)).toMatchObject([
    ...(streamerMetrics ? [{ service: "persister-test", streamer: "drift", BookmarkAge: 61 }] : []),
    { service: "persister-test", ...totals },
  ]);
});

it("a refusal is logged and counted by its code, and counted again if its streamer is known", () => {
  const refusal = { requestId: "r", route: "POST /v1/streamers/{streamer}", streamer: "drift" };
  const observer = cloudWatch("persister-test", { streamerMetrics: false });
  for (const isKnown of [true, false]) observer.onRefused({ ...refusal, code: "unauthorized", isKnown });
  const refused = { service: "persister-test", code: "unauthorized", Refused: 1 };
  expect(printed.map(line => JSON.parse(line) as object)).toMatchObject([
    { level: "WARN", message: "refused", streamer: "drift", code: "unauthorized", isKnown: true },
    refused,
    { service: "persister-test", KnownStreamerRefused: 1 },
    { level: "WARN", isKnown: false },
    refused,
    { service: "persister-test", KnownStreamerRefused: 0 },
  ]);
});

it("without a bookmark there is no age, and without a batch no latency", () => {
  const lines = linesOf({ bookmarkAge: undefined, milliseconds: {} });
  expect(lines).toHaveLength(2);
  expect(metricsOf(lines[1]).Metrics.map(({ Name }) => Name)).not.toContain("ForwardLatency");
});
