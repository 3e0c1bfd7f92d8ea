import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch, Outcome } from "../../../functions/persister/destination.ts";
import type { TrackedBatch } from "../../../functions/persister/forward/batch.ts";
import { BatchMemories } from "../../../functions/persister/forward/batch-memories.ts";
import { forward } from "../../../functions/persister/forward/forward.ts";
import type { Registrar } from "../../../functions/persister/forward/tracker.ts";
import * as limits from "../../../functions/persister/limits.ts";
import type { ByteWriter } from "../../../functions/values/byte-writer.ts";
import { numRuns } from "../../runs.ts";

const { batchesInFlightBytesMax, batchesInFlightAfterRetryMax } = limits;

interface Planned {
  readonly bytes: number;
  readonly isActivation: boolean;
  readonly outcome: Outcome | "throws";
}

const accepted: Outcome = { kind: "accepted", attempts: 1 };
const outcomes = fc.oneof(
  { weight: 30, arbitrary: fc.constant<Outcome>(accepted) },
  { weight: 2, arbitrary: fc.constant<Outcome>({ kind: "accepted", attempts: 2 }) },
  { weight: 1, arbitrary: fc.constant<Outcome>({ kind: "rejected", message: "no", attempts: 1 }) },
  { weight: 1, arbitrary: fc.constant("throws" as const) },
);
const planned: fc.Arbitrary<Planned> = fc.record({
  bytes: fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 20_000_000 })),
  isActivation: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
  outcome: outcomes,
});

const batchesOf = (plan: readonly Planned[]) =>
  function* (tracker: Registrar): Generator<TrackedBatch> {
    for (const [n, { bytes, isActivation }] of plan.entries()) {
      const ticket = tracker.open();
      if (!isActivation) yield { kind: "append", records: [n], bytes, ticket };
      else yield { kind: "activate", records: [n], bytes: 0, ticket };
    }
  };

const bytesOf = (sent: readonly Planned[]) =>
  sent.reduce((sum, { bytes, isActivation }) => sum + (isActivation ? 0 : bytes), 0);

/** Sends the batches of a plan, and checks what is in flight when each of them begins. */
async function checkInFlight(plan: readonly Planned[], inFlightMax: number, s: fc.Scheduler): Promise<void> {
  const inFlight = new Map<number, ByteWriter>();
  let begun = 0;
  let hasEnded = false;
  let most = inFlightMax;
  const write = async ({ records: [n] }: Pick<Batch, "records">, out: ByteWriter) => {
    expect(n, "in the delivery's order").toBe(begun++);
    expect(hasEnded, "none is begun after one that was not accepted").toBe(false);
    expect([...inFlight.values()], "no memory is used twice").not.toContain(out);
    out.begin(plan[n!]!.bytes);
    inFlight.set(n!, out);
    const all = [...inFlight.keys()].map(key => plan[key]!);
    expect(all.length).toBeLessThanOrEqual(most);
    if (all.length > 1) expect(bytesOf(all)).toBeLessThanOrEqual(batchesInFlightBytesMax);
    if (all.some(each => each.isActivation)) expect(all).toHaveLength(1);
    await s.schedule(Promise.resolve());
    inFlight.delete(n!);
    const { outcome } = plan[n!]!;
    hasEnded ||= outcome === "throws" || outcome.kind !== "accepted";
    if (outcome === "throws") throw new Error("the writer broke");
    if (outcome.attempts > 1) most = Math.min(most, batchesInFlightAfterRetryMax);
    return outcome;
  };
  const sending = forward(batchesOf(plan), { write }, inFlightMax).catch((error: Error) => error.message);
  await s.waitFor(sending);
  const sent = await sending;
  expect(inFlight.size, "all have ended").toBe(0);
  const used = plan.slice(0, begun).map(({ outcome }) => outcome);
  expect(used.includes("throws")).toBe(typeof sent === "string");
  if (typeof sent === "string") return;
  expect(sent.refusal !== undefined).toBe(hasEnded);
  if (!hasEnded) expect(sent.batches).toBe(plan.length);
}

describe("forward", () => {
  it("keeps to the number and bytes in flight, to the order, and to activations", async () => {
    const inFlightMax = fc.constantFrom(1, 4, limits.batchesInFlightMax);
    const property = fc.asyncProperty(
      fc.array(planned, { maxLength: 60 }),
      inFlightMax,
      fc.scheduler(),
      checkInFlight,
    );
    await fc.assert(property, { numRuns: numRuns(100) });
  });

  it("has no more than four in flight after a retry, also if a batch waits for its bytes then", async () => {
    const retried: Outcome = { kind: "accepted", attempts: 2 };
    const plan = [
      ...Array.from({ length: 8 }, () => ({ bytes: 1_000_000, outcome: accepted })),
      { bytes: 5_000_000, outcome: retried },
      { bytes: 6_000_000, outcome: accepted },
    ].map(each => ({ ...each, isActivation: false }));
    const ends: (() => void)[] = [];
    const write = async ({ records: [n] }: Pick<Batch, "records">) => {
      await new Promise<void>(resolve => ends.push(resolve));
      return plan[n!]!.outcome;
    };
    const sending = forward(batchesOf(plan), { write }, limits.batchesInFlightMax);
    const turn = () => new Promise(setImmediate);
    await turn();
    ends[8]!();
    for (let n = 0; n < 5; n++) {
      await turn();
      expect(ends, `with ${8 - n} in flight`).toHaveLength(9);
      ends[n]!();
    }
    await turn();
    expect(ends).toHaveLength(10);
    for (const end of ends) end();
    expect(await sending).toMatchObject({ batches: 10, retries: 1 });
  });

  it.each([
    ["sixteen small batches", 100_000, 16],
    ["four full ones", limits.batchBytesMax, 4],
    ["one that is larger than all the room", batchesInFlightBytesMax + 1, 1],
  ])("has %s in flight", async (_, bytes, expected) => {
    const waiting: (() => void)[] = [];
    let most = 0;
    let left = 32;
    const plan = Array.from({ length: left }, () => ({ bytes, isActivation: false, outcome: accepted }));
    const write = async () => {
      await new Promise<void>(resolve => {
        most = Math.max(most, waiting.push(resolve));
        if (waiting.length === expected) for (const each of waiting.splice(0)) each();
      });
      left--;
      return accepted;
    };
    await forward(batchesOf(plan), { write }, limits.batchesInFlightMax);
    expect({ most, left }).toEqual({ most: expected, left: 0 });
  });
});

describe("the memory of batches", () => {
  it("is reused by size, and keeps no more than may be in flight", () => {
    const memories = new BatchMemories();
    const made = [4, 4, 0.1, 4, 4, 9].map(megabytes => {
      const memory = memories.take(0);
      memory.begin(megabytes * 1_000_000);
      return memory;
    });
    for (const memory of made) memories.release(memory);
    expect(memories.take(90_000)).toBe(made[2]);
    expect(memories.take(90_000).capacity).toBe(4_000_000);
    expect(memories.take(5_000_000).capacity).toBe(4_000_000);
    expect(memories.take(1).capacity).toBe(4_000_000);
    expect(memories.take(1).capacity).toBe(0);
  });
});
