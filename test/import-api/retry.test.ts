import { describe, expect, it } from "vitest";
import type { Verdict } from "../../functions/import-api/outcome.ts";
import {
  type Attempt,
  attemptMillisecondsMin,
  attemptsMax,
  backoff,
  retryAfterMilliseconds,
  withRetries,
} from "../../functions/import-api/retry.ts";
import { delayOf } from "../../functions/persister/backoff.ts";
import { leapingClock } from "./leaping-clock.ts";

const unavailable = { kind: "transient", reason: "unavailable", message: "no" } as const;
const almostOne = 1 - Number.EPSILON;

describe("the delay", () => {
  it("is full jitter below a doubling bound, up to a cap", () => {
    const bounds = Array.from({ length: 10 }, (_, attempt) =>
      Math.round(delayOf(backoff, attempt, almostOne)),
    );
    expect(bounds).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000]);
    expect(delayOf(backoff, 5, 0)).toBe(0);
    expect(delayOf(backoff, 2_000, almostOne)).toBeLessThan(backoff.millisecondsMax);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("Mon, 23 Nov 2026 12:00:00 GMT");
  it.each([
    ["0", 0],
    ["3", 3_000],
    [" 120 ", 120_000],
    ["Mon, 23 Nov 2026 12:00:07 GMT", 7_000],
    ["Monday, 23-Nov-26 12:00:07 GMT", 7_000],
    ["Mon, 23 Nov 2026 11:59:00 GMT", 0],
    ["-5", 0],
    ["1.5", 0],
    ["soon", 0],
    ["Mon, nonsense GMT", 0],
    ["", 0],
    ["99999999999999999999", 1e23],
  ])("%j means %d ms", (header, expected) => {
    expect(retryAfterMilliseconds(header, now)).toBe(expected);
  });

  it("may be missing", () => {
    expect(retryAfterMilliseconds(undefined, now)).toBe(0);
  });
});

describe("withRetries", () => {
  it("stops at the maximum number of attempts", async () => {
    const clock = leapingClock();
    const outcome = await withRetries(async () => unavailable, {
      clock,
      random: () => almostOne,
      deadline: Number.MAX_SAFE_INTEGER,
    });
    expect(outcome).toEqual({ kind: "failed", reason: "unavailable", message: "no", attempts: attemptsMax });
    expect(clock.delays).toHaveLength(attemptsMax - 1);
  });

  it("does not wait for an attempt beyond the deadline", async () => {
    const clock = leapingClock(0);
    const outcome = await withRetries(async () => unavailable, { clock, random: () => 0.5, deadline: 840 });
    expect(clock.delays).toEqual([50, 100]);
    expect(outcome).toMatchObject({ reason: "unavailable", attempts: 3 });
  });

  it("gives each attempt the remaining time", async () => {
    const clock = leapingClock(0);
    const remaining: number[] = [];
    const attempt = async ({ remainingMilliseconds }: Attempt) => {
      remaining.push(remainingMilliseconds);
      return unavailable;
    };
    await withRetries(attempt, { clock, random: () => 0.5, deadline: 700 });
    expect(remaining).toEqual([700, 650, 550]);
  });

  it.each([
    ["an endpoint's delivery", 25_000, [8_333, 16_667]],
    ["the end of one", 5_000, [3_000, 2_000]],
    ["less time than two attempts need", 3_200, [3_000]],
    ["a scheduled run's segment", 117_000, [39_000, 60_000, 18_000]],
    ["a segment directly to the Import API", 297_000, [60_000, 60_000, 60_000, 60_000, 57_000]],
  ])("divides the time of %s between attempts that hang", async (_, deadline, expected) => {
    const clock = leapingClock(0);
    const shares: number[] = [];
    const hanging = async ({ silenceMilliseconds }: Attempt): Promise<Verdict> => {
      shares.push(Math.round(silenceMilliseconds));
      await clock.sleep(silenceMilliseconds);
      return { ...unavailable, hung: true };
    };
    const outcome = await withRetries(hanging, { clock, random: () => 0, deadline });
    expect(shares).toEqual(expected);
    expect(outcome).toMatchObject({ kind: "failed", reason: "unavailable", attempts: expected.length });
  });

  it("keeps the first share small while nothing has hung", async () => {
    const clock = leapingClock(0);
    const shares: number[] = [];
    const verdicts: Verdict[] = [unavailable, { ...unavailable, hung: true }, unavailable];
    const attempt = async ({ silenceMilliseconds }: Attempt): Promise<Verdict> => {
      shares.push(silenceMilliseconds);
      return verdicts.shift() ?? { kind: "accepted" };
    };
    await withRetries(attempt, { clock, random: () => 0, deadline: 24_000 });
    expect(shares).toEqual([8_000, 8_000, 24_000, 24_000]);
  });

  it("makes no attempt that can't be answered in time", async () => {
    const never = async () => {
      throw new Error("called");
    };
    const outcome = await withRetries(never, {
      clock: leapingClock(1_000),
      random: Math.random,
      deadline: 1_000 + attemptMillisecondsMin - 1,
    });
    expect(outcome).toMatchObject({ kind: "failed", reason: "out-of-time", attempts: 0 });
  });

  it("is unavailable when a sleep overshoots the deadline", async () => {
    const clock = leapingClock(0);
    const sleep = () => clock.sleep(10_000);
    const outcome = await withRetries(async () => unavailable, {
      clock: { ...clock, sleep },
      random: () => 0.5,
      deadline: 5_000,
    });
    expect(outcome).toMatchObject({ reason: "unavailable", attempts: 1 });
  });
});
