import type { Precondition } from "../../functions/persister/commit/precondition.ts";
import { revisionOf } from "../../functions/persister/commit/state.ts";
import { type Fault, type FaultPlan, scriptedFaults } from "./faults.ts";
import { positionOf } from "./invariants.ts";
import { type Heard, Process, type Sent } from "./process.ts";
import { type Body, bodyOf } from "./source.ts";
import type { World } from "./world.ts";

/** How a client asks: with a key and the revision it has seen, with a key alone, or with neither. */
export const manners = ["chained", "keyed", "bare"] as const;
export type Manner = (typeof manners)[number];

/** As the HTTP API waits, and a client that lost patience before. */
const patiences = [30_000, 3_000];
const triesMax = 6;
const dayMilliseconds = 86_400_000;

/** A streamer's client: it fetches the bookmark, sends what is behind it, and tries again until it is taken. */
export class Client {
  readonly #world: World;
  readonly #streamer: string;
  readonly #manner: Manner;
  readonly #faults: FaultPlan;

  constructor(world: World, streamer: string, manner: Manner, faults: FaultPlan) {
    this.#world = world;
    this.#streamer = streamer;
    this.#manner = manner;
    this.#faults = faults;
  }

  async run(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) await this.#round();
  }

  async #round(): Promise<void> {
    const { random, scheduler } = this.#world;
    await scheduler.sleep(random.int(0, 2_000));
    const { bookmark, precondition } = await this.#fetch();
    const body = this.#bodyBehind(bookmark, random.chance(0.1));
    const key = this.#manner === "bare" ? undefined : `key-${body.name}`;
    const sent: Sent = { body, key, precondition };
    if (random.chance(0.1)) await this.#changeByHand();
    await this.#deliver(sent);
    if (key === undefined) return;
    if (random.chance(0.2)) this.#replay(sent);
    if (random.chance(0.1)) await this.#reuse(sent, bookmark);
    if (random.chance(0.1)) this.#reuseLater(sent, bookmark);
  }

  /**
   * Two attempts of one delivery at once: the first falls asleep before it commits, the second after it has read the receipt
   * of the first, and wakes up when the lease of that is over.
   */
  async twins(): Promise<void> {
    const { random, scheduler } = this.#world;
    const { bookmark, precondition } = await this.#fetch();
    const body = this.#bodyBehind(bookmark, false);
    const sent: Sent = { body, key: `key-${body.name}`, precondition };
    const attempt = (...fault: [number, Fault][]) =>
      new Process(this.#world, sent, scriptedFaults(new Map(fault))).run(patiences[0]!);
    const first = attempt([random.int(5, 9), "asleep"]);
    await scheduler.sleep(random.int(5_000, 20_000));
    await Promise.all([first, attempt([2, "asleep"])]);
  }

  /** With nothing to befall it any more it is taken, and its source stands in the destination. */
  async finish(): Promise<void> {
    for (;;) {
      const { bookmark, precondition } = await this.#fetch();
      const changes = this.#world.changesOf(this.#streamer).slice(bookmark);
      if (changes.length === 0) return;
      const name = `keyed-${this.#world.newId()}`;
      const body = bodyOf({ name, streamer: this.#streamer, changes, faulty: false }, () => false);
      const heard = await this.#ask({ body, key: name, precondition });
      if (heard === undefined || "error" in heard) await this.#world.scheduler.sleep(10_000);
    }
  }

  /** As `GET …/bookmark` answers it. */
  async #fetch(): Promise<{ bookmark: number; precondition: Precondition }> {
    const streamer = await this.#world.store.streamers.read(this.#streamer, Number.POSITIVE_INFINITY);
    const precondition = this.#manner === "chained" ? { match: [revisionOf(streamer)] } : {};
    return { bookmark: positionOf(streamer), precondition };
  }

  #bodyBehind(bookmark: number, faulty: boolean): Body {
    const { random } = this.#world;
    const changes = this.#world.changesOf(this.#streamer);
    for (let more = random.int(0, 4); more > 0; more--)
      changes.push({ position: changes.length + 1, id: random.int(1, 3), isAppended: random.chance(0.2) });
    const name = `${this.#manner === "bare" ? "bare" : "keyed"}-${this.#world.newId()}`;
    const behind = changes.slice(bookmark, bookmark + random.int(1, 8));
    return bodyOf({ name, streamer: this.#streamer, changes: behind, faulty }, () => random.chance(0.3));
  }

  async #deliver(sent: Sent): Promise<Heard> {
    const { random, scheduler } = this.#world;
    for (let tries = 0; ; tries++) {
      const heard = await this.#ask(sent);
      if (!isWorthRetrying(heard) || tries === triesMax || random.chance(0.1)) return heard;
      // Without a key the same body is another delivery.
      if (sent.key === undefined) return heard;
      await scheduler.sleep(random.int(0, 20_000));
    }
  }

  #ask(sent: Sent): Promise<Heard> {
    const { random } = this.#world;
    return new Process(this.#world, sent, this.#faults).run(random.pick(patiences));
  }

  /** The same delivery once more, when others have been taken since. */
  #replay(sent: Sent): void {
    const { random, scheduler } = this.#world;
    scheduler.in(random.int(0, 3 * dayMilliseconds), () => void this.#ask(sent));
  }

  /** Another body under the same key. */
  async #reuse({ key, precondition }: Sent, bookmark: number): Promise<void> {
    const other = this.#bodyBehind(bookmark, false);
    await this.#ask({ body: other, key, precondition });
  }

  /** The same when its day is over, or nearly. */
  #reuseLater(sent: Sent, bookmark: number): void {
    const { random, scheduler } = this.#world;
    scheduler.in(
      random.int(dayMilliseconds / 2, 3 * dayMilliseconds),
      () => void this.#reuse(sent, bookmark),
    );
  }

  /** The bookmark goes back, or is forgotten: the source's changes come again from there. */
  async #changeByHand(): Promise<void> {
    const { random, store, scheduler } = this.#world;
    const streamer = await store.streamers.read(this.#streamer, 0);
    const seen = revisionOf(streamer);
    const back = random.int(0, positionOf(streamer));
    const bookmark = back === 0 ? undefined : { encoding: "json" as const, value: Buffer.from(String(back)) };
    // Somebody thinks about it.
    await scheduler.sleep(random.int(0, 2_000));
    const body = this.#bodyBehind(0, false);
    const sent = { body, key: undefined, change: { seen, bookmark }, precondition: { match: [seen] } };
    await Promise.race([
      new Process(this.#world, sent, this.#faults).change(),
      scheduler.sleep(patiences[0]!),
    ]);
  }
}

const isWorthRetrying = (heard: Heard) =>
  heard === undefined ||
  ("error" in heard &&
    !["malformed", "superseded", "precondition-failed", "key-reused"].includes(heard.error.code));
