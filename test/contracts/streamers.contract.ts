import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { Bookmark, LeaseRequest, SafeBookmark, Streamers } from "../../functions/persister/ports.ts";

const now = 1_700_000_000_000;
const bookmark = (value: string, encoding: Bookmark["encoding"] = "json") =>
  ({ encoding, value: Buffer.from(value) }) as unknown as SafeBookmark;

/** What every implementation of Streamers holds to. */
export function streamersContract(make: () => Streamers): void {
  const fresh = () => ({ streamers: make(), streamer: `s${randomUUID().slice(0, 8)}` });
  const request = (streamer: string, changes: Partial<LeaseRequest> = {}): LeaseRequest => ({
    streamer,
    delivery: randomUUID(),
    now,
    until: now + 1_000,
    sequences: 10,
    ...changes,
  });
  const storedValue = async (streamers: Streamers, streamer: string) => {
    const value = (await streamers.read(streamer))?.bookmark?.value;
    return value && Buffer.from(value).toString();
  };

  it("knows nothing of a streamer before its first commit", async () => {
    const { streamers, streamer } = fresh();
    expect(await streamers.read(streamer)).toBeUndefined();
    await streamers.begin(request(streamer));
    expect(await streamers.read(streamer)).toBeUndefined();
  });

  it("counts commits, and keeps the bookmark that a commit does not bring", async () => {
    const { streamers, streamer } = fresh();
    const first = await streamers.commit(
      await streamers.begin(request(streamer)),
      bookmark('{"a":1}'),
      now + 5,
    );
    expect(first).toMatchObject({ revision: 1, committedAt: now + 5 });
    const second = await streamers.commit(await streamers.begin(request(streamer)), undefined, now + 6);
    expect(second).toMatchObject({ revision: 2, committedAt: now + 6 });
    expect(await streamers.read(streamer)).toEqual(second);
    expect(await storedValue(streamers, streamer)).toBe('{"a":1}');
  });

  it("gives a lease to one at a time, until it is over", async () => {
    const { streamers, streamer } = fresh();
    const held = await streamers.begin(request(streamer));
    await expect(streamers.begin(request(streamer))).rejects.toMatchObject({
      code: "delivery-in-flight",
      message: expect.stringContaining(held.delivery),
      details: { retryAfterSeconds: 1 },
    });
    const taken = await streamers.begin(request(streamer, { now: held.until, until: held.until + 1_000 }));
    expect(taken.fence).toBe(held.fence + 1);
  });

  it("gives a delivery that asks again the lease it has", async () => {
    const { streamers, streamer } = fresh();
    const asked = request(streamer);
    const held = await streamers.begin(asked);
    expect(await streamers.begin(asked)).toEqual(held);
    await streamers.commit(held, undefined, now);
  });

  it("gives it to one of many who ask at once", async () => {
    const { streamers, streamer } = fresh();
    const asked = await Promise.allSettled(
      Array.from({ length: 50 }, () => streamers.begin(request(streamer))),
    );
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const reasons = asked.flatMap(each =>
      each.status === "rejected" ? [(each.reason as { code: string }).code] : [],
    );
    expect(new Set(reasons)).toEqual(new Set(["delivery-in-flight"]));
  });

  it("refuses the commit of a writer that was overtaken, and leaves the other's lease alone", async () => {
    const { streamers, streamer } = fresh();
    const late = await streamers.begin(request(streamer));
    const other = await streamers.begin(request(streamer, { now: late.until, until: late.until + 1_000 }));
    await expect(streamers.commit(late, bookmark("1"), now)).rejects.toMatchObject({ code: "lease-lost" });
    await streamers.release(late);
    await streamers.commit(other, bookmark("2"), now);
    await expect(streamers.commit(late, bookmark("1"), now)).rejects.toMatchObject({ code: "lease-lost" });
    expect(await storedValue(streamers, streamer)).toBe("2");
  });

  it("takes a lease back with nothing committed", async () => {
    const { streamers, streamer } = fresh();
    await streamers.release(await streamers.begin(request(streamer)));
    expect(await streamers.read(streamer)).toBeUndefined();
    await streamers.begin(request(streamer));
  });

  it("reserves sequences of 19 digits that rise, though the clock goes back", async () => {
    const { streamers, streamer } = fresh();
    const times = [now, now, now - 60_000, now + 1];
    let last = 0n;
    for (const time of times) {
      const lease = await streamers.begin(
        request(streamer, { now: time, until: time + 1, sequences: 1_000_000 }),
      );
      expect(String(lease.firstSequence)).toHaveLength(19);
      expect(lease.firstSequence).toBeGreaterThan(last);
      last = lease.firstSequence + 999_999n;
      await streamers.release(lease);
    }
  });

  it.each([
    ["JSON", "json", '{"id": 12345678901234567890, "s":"\\u00e9✓"}'],
    ["transit", "transit", '["^ ","a","~m0"]'],
    ["an empty text", "json", '""'],
    ["a megabyte", "json", `"${"✓".repeat(349_000)}"`],
    ["a megabyte of transit", "transit", `["~#'","~~${"😀".repeat(262_000)}"]`],
  ] as const)("keeps a bookmark of %s verbatim", async (_name, encoding, value) => {
    const { streamers, streamer } = fresh();
    await streamers.commit(await streamers.begin(request(streamer)), bookmark(value, encoding), now);
    expect((await streamers.read(streamer))?.bookmark?.encoding).toBe(encoding);
    expect((await storedValue(streamers, streamer)) === value).toBe(true);
  });
}
