import { readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import { afterEach, expect, it, vi } from "vitest";
import { cloudWatch } from "../../functions/aws/cloud-watch.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import { memoryTokens } from "../../functions/memory/tokens.ts";
import { commit, prepare } from "../../functions/persister/commit/commit.ts";
import { entryCommitOf, lastFailureOf } from "../../functions/persister/commit/entry.ts";
import { begin } from "../../functions/persister/commit/lease.ts";
import { changeSettings } from "../../functions/persister/commit/settings.ts";
import { within } from "../../functions/persister/deadline.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import type { Notifier } from "../../functions/persister/ports.ts";
import type { SafeBookmark } from "../../functions/persister/store.ts";
import { watch } from "../../functions/watch.ts";
import { AlarmStates, type Datum } from "./alarm-states.ts";

/** Two weeks of a stack: who is notified of what, and when, is a table of docs/operations.md. */
const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const [, table] = /^day {2}time.*\n([^`]+)\n```/m.exec(page)!;
const expected = table!.split("\n");
const [minute, hour, day] = [60_000, 3_600_000, 24 * 3_600_000];
const began = Date.parse("2026-11-01T00:00:00Z");
const bookmarkAgeMax = 26 * hour;
const far = Number.MAX_SAFE_INTEGER;

/** The stack, on a clock that only the script moves. */
class Stack {
  now = began;
  readonly notified: string[] = [];
  readonly #store = memoryStore();
  readonly #alarms = new AlarmStates();
  readonly #observer = cloudWatch("persister-test", { streamerMetrics: false });
  readonly #tokens = memoryTokens({ now: () => this.now });
  readonly #printed: string[] = [];
  readonly #metrics = new Map<string, Datum>();
  #ids = 0;

  constructor() {
    vi.spyOn(console, "log").mockImplementation(line => void this.#printed.push(String(line)));
    vi.spyOn(console, "info").mockImplementation(() => {});
    vi.spyOn(console, "warn").mockImplementation(() => {});
  }

  get #parts() {
    const clock = { now: () => this.now, sleep: async () => {} };
    return { ...this.#store, clock, newId: () => `id-${this.#ids++}`, bookmarkAgeMax };
  }

  async deliver(streamer: string): Promise<void> {
    const ports = within(this.#parts, far);
    const current = await ports.streamers.read(streamer);
    const wanted = { current, delivery: ports.newId(), earlier: undefined, precondition: {}, sequences: 1 };
    const lease = await begin({ streamer, ...wanted, until: this.now + minute }, ports);
    const bookmark = { encoding: "json", value: Buffer.from("1"), acceptedCount: 1, isEmptyState: false };
    const prepared = await prepare(lease, bookmark as unknown as SafeBookmark, ports);
    const { item } = await commit(lease, prepared, { records: 1 }, ports);
    await ports.entries.update({ streamer, since: item.since!, commit: entryCommitOf(item)! });
    this.#report(streamer, "committed");
  }

  async fail(streamer: string): Promise<void> {
    const faults = [{ line: 4, stream: "t", field: "id", message: "the key is null" }];
    const error = new PersisterError("invalid-records", "Nothing was forwarded.", { faults });
    const lastFailure = lastFailureOf(error, "d", this.now)!;
    await this.#store.entries.update({ streamer, since: this.now, lastFailure }, far);
    this.#report(streamer, "invalid-records");
  }

  /** A failure that the function, the API and the delivery all see. */
  breakDown(): void {
    this.#report("steady", "store-unavailable");
    this.count("AWS/ApiGateway 5xx", 1);
    this.count("AWS/Lambda Errors IngestLambdaFunction", 1);
  }

  /** Two attempts of a run of `watch`, and their dead letter. */
  failWatch(): void {
    this.count("AWS/Lambda Errors WatchLambdaFunction", 2);
    this.count("AWS/SQS NumberOfMessagesSent DeadLetters", 1);
  }

  retire = (streamer: string) =>
    changeSettings(
      { streamer, settings: { expectedEvery: "P3650D" }, precondition: {}, deadline: far },
      this.#parts,
    );

  refuse = () =>
    this.#observer.onRefused({
      requestId: "r",
      route: "POST",
      code: "unauthorized",
      streamer: "steady",
      isKnown: true,
    });

  createToken = (id: string, validUntil: number) =>
    this.#tokens.tokens.set(id, {
      digest: id,
      id,
      streamer: "steady",
      scopes: ["read"],
      createdAt: this.now,
      validUntil,
      usedOn: undefined,
    });

  count(metric: string, sum: number): void {
    const before = this.#metrics.get(metric) ?? { sum: 0, samples: 0 };
    this.#metrics.set(metric, { sum: before.sum + sum, samples: before.samples + 1 });
  }

  async watch(): Promise<void> {
    const notify = async (kind: string, names: readonly string[]) =>
      this.#note(`watch ${kind}: ${names.join(", ")}`);
    const notifier: Notifier = {
      notify: (kind, events) =>
        notify(
          kind,
          events.map(({ streamer }) => streamer),
        ),
      notifyExpiring: tokens =>
        notify(
          "expiring",
          tokens.map(({ id }) => id),
        ),
    };
    const parts = { ...this.#parts, observer: this.#observer, notifier, tokens: this.#tokens };
    const context = { getRemainingTimeInMillis: () => far } as Context;
    await watch(() => parts)(undefined, context);
  }

  endPeriod(): void {
    for (const line of this.#printed.splice(0)) this.#countEmbedded(JSON.parse(line));
    for (const alarm of this.#alarms.after(new Map(this.#metrics))) this.#note(alarm);
    this.#metrics.clear();
  }

  #report(streamer: string, outcome: "committed" | "invalid-records" | "store-unavailable"): void {
    const counts = { bytes: 1, records: 1, batches: 1, retries: 0, milliseconds: {} };
    const delivery = { streamer, delivery: "d", traceparent: undefined, bookmarkAge: undefined };
    this.#observer.onDelivery({ ...counts, ...delivery, outcome });
  }

  /** Counts what a line in CloudWatch's embedded metric format says. */
  #countEmbedded(line: Record<string, unknown>): void {
    const embedded = line._aws as
      | { readonly CloudWatchMetrics: readonly { readonly Metrics: readonly { readonly Name: string }[] }[] }
      | undefined;
    for (const { Metrics } of embedded?.CloudWatchMetrics ?? [])
      for (const { Name } of Metrics) this.count(`Persister ${Name}`, Number(line[Name]));
  }

  #note(what: string): void {
    const at = new Date(this.now).toISOString();
    this.notified.push(`${at.slice(8, 10)} ${at.slice(11, 16)}  ${what}`);
  }
}

afterEach(() => void vi.restoreAllMocks());

/** Does what happens in the period that begins `at`, ms since the beginning. */
async function happen(stack: Stack, at: number): Promise<void> {
  const isHour = at % hour === 0;
  const on = (n: number, hours = 0) => at === (n - 1) * day + hours * hour;
  if (isHour) await stack.deliver("steady");
  if (isHour && (at < 2 * day || at >= 4.5 * day)) await stack.deliver("first");
  if (isHour && at < 2.5 * day) await stack.deliver("second");
  if (at < 3 * hour && isHour) await stack.deliver("retired");
  if (on(2)) await stack.retire("retired");
  if (at % (12 * hour) === 0 && at >= 5 * day && at < 7 * day) await stack.fail("new");
  if (isHour && at >= 7 * day) await stack.deliver("new");
  // A scheduled run fails twice, and so does a later one; and then a run of `watch`.
  if (on(9) || on(9, 6)) stack.count("AWS/SQS NumberOfMessagesSent RunGithubDeadLetters", 1);
  if (on(9, 9)) stack.failWatch();
  if (on(10)) stack.refuse();
  // Nobody uses them.
  if (on(1)) for (const days of [20, 25, 90]) stack.createToken(`for-${days}-days`, began + days * day);
  const isFlood = at >= 11.5 * day && at < 11.5 * day + 30 * minute;
  if (isFlood) stack.count("AWS/ApiGateway 4xx", 15_000);
  if (isFlood) stack.count(`Persister/\${self:service}-\${sls:stage} RequestsThrottled`, 100);
  if (on(13)) for (let n = 0; n < 3; n++) stack.breakDown();
}

/** `watch` does not run for two hours of the last day. */
const isWatched = (at: number) => at < 13 * day || at >= 13 * day + 2 * hour;

/** A new stack says of each alarm that it is OK, as CloudWatch does: of `watch` after its warm-up. */
it("notifies of each trouble once, of stale streamers by name and daily, and of what is over", async () => {
  const stack = new Stack();
  for (let at = 0; at < 14 * day; at += 5 * minute) {
    stack.now = began + at;
    await happen(stack, at);
    if (isWatched(at)) await stack.watch();
    stack.endPeriod();
  }
  vi.restoreAllMocks();
  console.log(stack.notified.join("\n"));
  expect(stack.notified).toEqual(expected);
});
