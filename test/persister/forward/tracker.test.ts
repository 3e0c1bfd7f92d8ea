import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ticket, Tracker } from "../../../functions/persister/forward/tracker.ts";
import type { PlacedBookmark } from "../../../functions/persister/store.ts";

const bookmark =
  (n: number): (() => PlacedBookmark) =>
  () => ({ encoding: "json", value: Buffer.from(String(n)), acceptedCount: n, isEmptyState: false });
const safe = (tracker: Tracker) => {
  const value = tracker.safe()?.value;
  return value === undefined ? undefined : Number(Buffer.from(value).toString());
};

/** Three batches, with a bookmark after each: 0, 1, 2. */
function three(): { tracker: Tracker; tickets: Ticket[] } {
  const tracker = new Tracker();
  const tickets = [0, 1, 2].map(n => {
    const ticket = tracker.open();
    tracker.bookmark(bookmark(n));
    return ticket;
  });
  return { tracker, tickets };
}

describe("the safe bookmark", () => {
  it("does not exist before the first batch is accepted", () => {
    expect(safe(three().tracker)).toBeUndefined();
  });

  it("may come before all records", () => {
    const tracker = new Tracker();
    tracker.bookmark(bookmark(7));
    tracker.open();
    tracker.bookmark(bookmark(8));
    expect(safe(tracker)).toBe(7);
  });

  it.each([
    ["in order", [0, 1, 2], [0, 1, 2]],
    ["in reverse", [2, 1, 0], [undefined, undefined, 2]],
    ["out of order", [1, 0, 2], [undefined, 1, 2]],
  ])("moves as batches are accepted %s", (_name, order, expected) => {
    const { tracker, tickets } = three();
    const seen = order.map(n => {
      tracker.accept(tickets[n]!);
      return safe(tracker);
    });
    expect(seen).toEqual(expected);
  });

  it("doesn't change when batches without bookmarks are accepted", () => {
    const tracker = new Tracker();
    const first = tracker.open();
    tracker.bookmark(bookmark(1));
    const second = tracker.open();
    tracker.accept(first);
    tracker.accept(second);
    expect(safe(tracker)).toBe(1);
  });

  it("is the last one with every earlier batch accepted, in any order", () => {
    const step = fc.oneof(fc.constant("open" as const), fc.constant("bookmark" as const), fc.nat());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const tracker = new Tracker();
        const tickets: { ticket: Ticket; accepted: boolean }[] = [];
        const bookmarks: { n: number; before: number }[] = [];
        for (const [n, each] of steps.entries()) {
          if (each === "open") tickets.push({ ticket: tracker.open(), accepted: false });
          else if (each === "bookmark") {
            tracker.bookmark(bookmark(n));
            bookmarks.push({ n, before: tickets.length });
          } else {
            const chosen = tickets[each % Math.max(1, tickets.length)];
            if (chosen !== undefined && !chosen.accepted) {
              chosen.accepted = true;
              tracker.accept(chosen.ticket);
            }
          }
          const model = bookmarks.filter(({ before }) =>
            tickets.slice(0, before).every(({ accepted }) => accepted),
          );
          expect(safe(tracker)).toBe(model.at(-1)?.n);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
