import { expect, it } from "vitest";
import { faultTable, neverHit, noteFault } from "./report.ts";
import { Scheduler } from "./scheduler.ts";
import { steps } from "./steps.ts";

it("a livelock fails instead of hanging", async () => {
  const scheduler = new Scheduler(1_000);
  const scheduleNext = () => scheduler.in(1, scheduleNext);
  scheduleNext();
  await expect(scheduler.run(() => {})).rejects.toThrow("livelock: it is not over after 1000 steps");
});

it("events happen in the order of their times, and simultaneous ones in the order of creation", async () => {
  const scheduler = new Scheduler();
  const happened: string[] = [];
  for (const [name, milliseconds] of [
    ["c", 2],
    ["a", 1],
    ["b", 1],
    ["d", 2],
  ] as const)
    scheduler.in(milliseconds, () => happened.push(name));
  await scheduler.run(() => {});
  expect(happened.join("")).toBe("abcd");
  expect(scheduler.steps).toBe(4);
});

it("a kind of fault and a step that were never hit are named", () => {
  const faults = new Map();
  for (const step of steps.slice(1)) noteFault(faults, "asleep", step, 12);
  expect(neverHit(faults)).toContain("late");
  expect(neverHit(faults)).toContain(steps[0]);
  expect(neverHit(faults)).not.toContain("asleep");
  expect(faultTable(faults)).toMatch(/^\| asleep +\|( +\|)( +12 \|)+$/m);
});
