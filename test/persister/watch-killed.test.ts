import { describe, expect, it } from "vitest";
import { memoryStore } from "../../functions/memory/store.ts";
import { memoryTokens } from "../../functions/memory/tokens.ts";
import type { Notifier } from "../../functions/persister/ports.ts";
import { watchStreamers } from "../../functions/persister/query/watch.ts";
import { watchTokens } from "../../functions/persister/query/watch-tokens.ts";

/** `watch` is killed before or after each of its calls, above all between publishing and noting. */
const hour = 3_600_000;
const began = Date.parse("2026-11-01T00:00:00Z");
const far = Number.MAX_SAFE_INTEGER;
const names = Array.from({ length: 25 }, (_, n) => `s${String(n).padStart(2, "0")}`);

class Killed extends Error {}

/** A process that is killed before or after its call number `at`, from 0: no later call has an effect. */
class Process {
  calls = 0;
  readonly #at: number;
  readonly #isAfter: boolean;

  constructor(at: number, isAfter: boolean) {
    this.#at = at;
    this.#isAfter = isAfter;
  }

  /** The same port, as this process calls it. */
  use<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (_, name) => {
        const method = port[name as keyof Port];
        if (typeof method !== "function" || name === "list" || name === "expiring") return method;
        return (...args: unknown[]) =>
          this.#call(() => Reflect.apply(method, port, args) as Promise<unknown>);
      },
    });
  }

  async #call(effect: () => Promise<unknown>): Promise<unknown> {
    const n = this.calls++;
    if (n > this.#at || (n === this.#at && !this.#isAfter)) throw new Killed();
    const result = await effect();
    if (n === this.#at) throw new Killed();
    return result;
  }
}

/** A stack whose streamers went stale, and whose tokens expire soon. */
async function stackOf() {
  let now = began;
  const store = memoryStore();
  const list = memoryTokens({ now: () => now });
  for (const name of names) {
    const commit = { revision: 1, at: began, by: "delivery", delivery: "d", bookmarkAt: began } as const;
    await store.streamers.write({ name, fence: 1, stamp: "s", lastSequence: 1n, since: began, commit }, far);
    const token = {
      digest: name,
      id: name,
      streamer: name,
      scopes: ["read"],
      createdAt: began,
      usedOn: undefined,
      validUntil: began + 99 * hour,
    } as const;
    list.tokens.set(name, token);
  }
  const published: string[] = [];
  const publish = (kind: string, some: readonly { readonly streamer: string }[]) =>
    void published.push(...some.map(({ streamer }) => `${kind} ${streamer}`));
  const notifier: Notifier = {
    notify: async (kind, events) => publish(kind, events),
    notifyExpiring: async tokens => publish("expiring", tokens),
  };
  const observer = { onBookmarkAge: () => {}, onWatched: () => {} };
  const run = async (process: Process) => {
    const ports = {
      ...store,
      streamers: process.use(store.streamers),
      entries: process.use(store.entries),
      notifier: process.use(notifier),
      clock: { now: () => now, sleep: async () => {} },
      tokens: process.use(list),
      bookmarkAgeMax: 26 * hour,
      observer,
    };
    await watchStreamers(ports, far);
    await watchTokens(ports, far);
  };
  return { run, published, at: (hours: number) => (now = began + hours * hour), store };
}

const timesOf = (published: readonly string[], what: string) =>
  names.map(name => published.filter(each => each === `${what} ${name}`).length);

/** How many calls a run makes that is not killed. */
async function callsOfRun(): Promise<number> {
  const stack = await stackOf();
  stack.at(27);
  const process = new Process(far, false);
  await stack.run(process);
  return process.calls;
}

describe.each([
  ["before", false],
  ["after", true],
])("killed %s a call", (_, isAfter) => {
  it("the next run makes up for it: everything is published, twice at worst, and never again", async () => {
    const calls = await callsOfRun();
    expect(calls).toBeGreaterThan(3 * names.length);
    let twice = 0;
    for (let at = 0; at < calls; at++) {
      const stack = await stackOf();
      stack.at(27);
      await expect(stack.run(new Process(at, isAfter))).rejects.toThrow(Killed);
      for (let n = 0; n < 2; n++) await stack.run(new Process(far, false));
      for (const what of ["stale", "expiring"]) {
        const times = timesOf(stack.published, what);
        expect([what, at, Math.min(...times), Math.max(...times) <= 2]).toEqual([what, at, 1, true]);
        twice += times.filter(each => each === 2).length;
      }
    }
    // Between publishing and noting.
    expect(twice).toBeGreaterThan(2 * names.length);
  });

  it("a recovery is published, too", async () => {
    for (let at = 0; at < 3 * names.length; at++) {
      const stack = await stackOf();
      stack.at(27);
      await stack.run(new Process(far, false));
      for (const name of names) {
        const item = (await stack.store.streamers.read(name, far))!;
        const commit = { ...item.commit!, revision: 2, at: began + 28 * hour, bookmarkAt: began + 28 * hour };
        await stack.store.streamers.write({ ...item, fence: 2, commit }, far);
      }
      stack.at(28);
      await stack.run(new Process(at, isAfter)).catch(() => {});
      for (let n = 0; n < 2; n++) await stack.run(new Process(far, false));
      const times = timesOf(stack.published, "recovered");
      expect([at, Math.min(...times), Math.max(...times) <= 2]).toEqual([at, 1, true]);
    }
  });
});
