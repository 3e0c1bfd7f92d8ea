import { type FaultPlan, faultAt } from "../faults.ts";
import { Line } from "../line.ts";
import type { Answered, Asked } from "../sent.ts";
import { bodyOf, bytesOf, positionIn } from "../source/body.ts";
import type { Source } from "../source/source.ts";
import { request } from "../world/gateway.ts";
import type { World } from "../world/world.ts";

/** How a client sends: with a key and the revision that it has seen, with only a key, or with neither. */
export const manners = ["chained", "keyed", "bare"] as const;
export type Manner = (typeof manners)[number];

/** A delivery, as the client sends it each time. */
interface Delivery {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly key: string | undefined;
  readonly match: string | undefined;
}

/** The committed bookmark, as `GET …/bookmark` returns it. */
interface Seen {
  readonly position: number;
  /** The revision's ETag. */
  readonly etag: string;
}

/** The lists that are read: a streamer, its deliveries and commits, or all streamers. */
const looks = ["", "/deliveries?limit=100", "/bookmark/history?limit=100", undefined] as const;
/** How long the HTTP API waits, and an impatient client. */
const patiences = [30_000, 3_000];
const triesMax = 6;
const dayMilliseconds = 86_400_000;
/** About when a key expires. */
const forgottenDays = [399, 404] as const;
/** An answer after which the same request is not sent again. */
const final = new Set(["malformed", "superseded", "precondition-failed", "key-reused"]);

/**
 * Faults of the first attempt of a delivery, and that of a second one, which arrives so much later. A third
 * one arrives after a pause.
 */
const twinKinds = [
  // The second one reads the record before the third one saves its receipt, and then the third one's commit.
  { first: ["commit", "killed-before"], second: ["read", "retried"], after: [60_000, 60_000], pause: 0 },
  { first: ["forward", "asleep"], second: ["look-up", "asleep"], after: [200, 5_000], pause: 500 },
  { first: ["commit", "cut-off"], second: ["read", "asleep"], after: [8_000, 22_000], pause: 500 },
  // The second one reads the streamer before the first one begins, and then the record that it saves.
  { first: ["forward", "killed-before"], second: ["look-up", "retried"], after: [0, 200], pause: 500 },
] as const;

/** A streamer's client: it fetches the bookmark, sends what is after it, and retries until it is accepted. */
export class HttpClient {
  readonly #world: World;
  readonly #source: Source;
  readonly #manner: Manner;
  readonly #plan: FaultPlan;
  readonly #line: Line;
  #token: string;

  constructor(world: World, streamer: string, manner: Manner, plan: FaultPlan) {
    this.#world = world;
    this.#source = world.sourceOf(streamer);
    this.#manner = manner;
    this.#plan = plan;
    this.#line = new Line(world, plan);
    this.#token = world.token;
  }

  async run(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) await this.#round();
  }

  async #round(): Promise<void> {
    const { random, scheduler, traits } = this.#world;
    await scheduler.sleep(random.int(0, traits.pauseMillisecondsMax));
    const seen = await this.#fetch();
    const delivery = this.#deliveryAfter(seen, random.chance(0.1));
    if (random.chance(0.1)) await this.#changeBookmark();
    // During a request, or before.
    if (traits.tokensEnd && random.chance(0.3))
      scheduler.in(random.int(0, 200), () => this.#world.endToken());
    await this.#deliver(delivery);
    if (random.chance(0.1)) await this.#look();
    if (delivery.key === undefined) return;
    if (random.chance(0.2)) this.#replay(delivery);
    if (random.chance(0.1)) await this.#reuse(delivery, seen);
    if (random.chance(0.1)) this.#reuseLater(delivery, seen);
  }

  /** Sends each delivery several times at once, until one answer says that it is accepted. */
  async insist(rounds: number): Promise<void> {
    const { random, scheduler } = this.#world;
    for (let round = 0; round < rounds; round++) {
      const delivery = this.#deliveryAfter(await this.#fetch(), false);
      const others = Array.from({ length: random.int(1, 2) }, async () => {
        await scheduler.sleep(random.int(0, 60_000));
        await this.#deliver(delivery);
      });
      await Promise.all([this.#deliver(delivery), ...others]);
    }
  }

  /**
   * Concurrent attempts of one delivery. The first one dies or sleeps before it commits, or its commit
   * takes effect late. Another one sleeps between its read and its write, and wakes up when one of the
   * others has committed, or its two reads are far apart.
   */
  async twins(): Promise<void> {
    const { random, scheduler } = this.#world;
    const delivery = this.#deliveryAfter(await this.#fetch(), false);
    const { after, pause, ...faults } = random.pick(twinKinds);
    const first = this.#post(delivery, faultAt(faults.first[0], faults.first[1]));
    await scheduler.sleep(random.int(after[0], after[1]));
    const second = this.#post(delivery, faultAt(faults.second[0], faults.second[1]));
    await scheduler.sleep(pause);
    await Promise.all([first, second, this.#post(delivery)]);
  }

  /** Delivers, and checks the result immediately. */
  async watch(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.#deliver(this.#deliveryAfter(await this.#fetch(), false));
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const path = this.#world.random.pick(looks);
    await this.#ask({ method: "GET", path: path === undefined ? "" : this.#pathOf(path) });
  }

  /** Delivers, and moves the bookmark at the same time. */
  async meddle(rounds: number): Promise<void> {
    const { random, scheduler } = this.#world;
    for (let round = 0; round < rounds; round++) {
      const delivery = this.#deliveryAfter(await this.#fetch(), false);
      const changed = this.#changeBookmark();
      await scheduler.sleep(random.int(0, 4_000));
      await Promise.all([this.#deliver(delivery), changed]);
    }
  }

  /**
   * A day later, another body arrives under a delivery's key, and so does the same delivery, which sleeps
   * between its reads.
   */
  async handOver(): Promise<void> {
    const { random, scheduler } = this.#world;
    const delivery = this.#deliveryAfter(await this.#fetch(), false);
    await this.#deliver(delivery);
    await scheduler.sleep(dayMilliseconds + random.int(600_000, 1_200_000));
    const again = this.#post(delivery, faultAt("look-up", "asleep"));
    await scheduler.sleep(random.int(100, 500));
    const other = this.#deliveryAfter(await this.#fetch(), false);
    await Promise.all([again, this.#post({ ...other, key: delivery.key })]);
  }

  /** Delivers until everything is accepted. Nothing can go wrong any more. */
  async finish(): Promise<void> {
    for (;;) {
      const seen = await this.#fetch();
      const changes = this.#source.changes.slice(seen.position);
      if (changes.length === 0) return;
      const answered = await this.#post(this.#deliveryOf(seen, changes, false, false));
      if (answered?.status !== 200) await this.#world.scheduler.sleep(10_000);
    }
  }

  async #fetch(): Promise<Seen> {
    for (;;) {
      const answered = await this.#ask({ method: "GET", path: this.#pathOf("/bookmark") });
      const { status, headers, text } = answered ?? { status: 0, headers: {}, text: "" };
      const isNone = status === 404 && codeOf(text) === "no-bookmark";
      if (status === 200 || isNone)
        return { position: positionIn(isNone ? undefined : text), etag: headers.etag! };
      await this.#world.scheduler.sleep(this.#world.random.int(100, 5_000));
    }
  }

  #deliveryAfter(seen: Seen, isFaulty: boolean): Delivery {
    const { random } = this.#world;
    this.#source.grow();
    const changes = this.#source.changes.slice(seen.position, seen.position + random.int(1, 8));
    return this.#deliveryOf(seen, changes, isFaulty, true);
  }

  #deliveryOf({ etag }: Seen, changes: Source["changes"], isFaulty: boolean, hasMarks: boolean): Delivery {
    const { random, bodies } = this.#world;
    const name = `body-${this.#world.newId()}`;
    const dialect = random.pick(this.#source.traits.dialects);
    const isMarked = () => hasMarks && random.chance(0.3);
    const body = bodyOf({ name, source: this.#source, changes, dialect, isFaulty, isMarked });
    bodies.set(name, body);
    const key = this.#manner === "bare" ? undefined : `key-${name}`;
    return { name, bytes: bytesOf(body), key, match: this.#manner === "chained" ? etag : undefined };
  }

  /** Delivers one after the other, and sends each that failed against an older revision, too. */
  async contradict(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++)
      await this.#deliver(this.#deliveryAfter(await this.#fetch(), false), 1);
  }

  async #deliver(delivery: Delivery, contradiction = 0.05): Promise<void> {
    const { random, scheduler } = this.#world;
    for (let tries = 0; ; tries++) {
      const answered = await this.#post(delivery);
      if (!isWorthRetrying(answered) || tries === triesMax || random.chance(0.1)) return;
      // Without a key the same body is another delivery.
      if (delivery.key === undefined) return;
      await scheduler.sleep(random.int(0, 20_000));
      if (delivery.match !== undefined && random.chance(contradiction)) await this.#tryOtherwise(delivery);
    }
  }

  /** The same delivery, against an old revision. */
  async #tryOtherwise(delivery: Delivery): Promise<void> {
    const revision = Number(delivery.match!.replaceAll('"', ""));
    if (revision > 0) await this.#post({ ...delivery, match: `"${revision - 1}"` });
  }

  #post({ bytes, key, match }: Delivery, plan = this.#plan): Promise<Answered | undefined> {
    const headers = {
      "content-type": "application/octet-stream",
      accept: "application/json",
      ...(key !== undefined && { "idempotency-key": key }),
      ...(match !== undefined && { "if-match": match }),
    };
    return this.#ask({ method: "POST", path: this.#pathOf(""), headers, body: bytes }, plan);
  }

  /** The answer that the client receives in time, over a network that may lose it. */
  #ask(
    { method, path, headers, body }: Omit<Asked, "headers"> & Partial<Asked>,
    plan = this.#plan,
  ): Promise<Answered | undefined> {
    const { random, scheduler } = this.#world;
    const patience = random.pick(patiences);
    const asked = {
      method,
      path: `/streamers${path}`,
      headers: { authorization: `Bearer ${this.#token}`, ...headers },
      body,
    };
    const answered = this.#line.call<Answered | undefined>({
      step: method === "GET" ? "fetch" : "send",
      service: "endpoint",
      deadline: Number.POSITIVE_INFINITY,
      effect: async () => {
        const answer = await request(this.#world, asked, plan);
        // Somebody gives it the new token.
        if (answer.status === 401) this.#token = this.#world.token;
        return answer;
      },
      lost: async () => undefined,
    });
    return Promise.race([
      answered,
      scheduler.sleep(patience).then(() => {
        this.#noteImpatience();
        return undefined;
      }),
    ]);
  }

  #pathOf(resource: string): string {
    return `/${this.#source.streamer}${resource}`;
  }

  #noteImpatience(): void {
    for (const process of this.#world.processes)
      if (process.line.isAlive && process.sent.streamer === this.#source.streamer)
        this.#world.note("impatient", process);
  }

  /** The same delivery again, after others. */
  #replay(delivery: Delivery): void {
    const { random, scheduler, traits } = this.#world;
    const days = traits.isLong && random.chance(0.7) ? random.int(...forgottenDays) : random.int(0, 3);
    scheduler.in(days * dayMilliseconds + random.int(0, dayMilliseconds), () => void this.#post(delivery));
  }

  /** Another body under the same key. */
  async #reuse({ key, match }: Delivery, seen: Seen): Promise<void> {
    const { bytes, name } = this.#deliveryAfter(seen, false);
    await this.#post({ bytes, name, key, match });
  }

  /** The same when its day is over, or almost. */
  #reuseLater(delivery: Delivery, seen: Seen): void {
    const { random, scheduler } = this.#world;
    const milliseconds = random.int(dayMilliseconds / 2, 3 * dayMilliseconds);
    scheduler.in(milliseconds, () => void this.#reuse(delivery, seen));
  }

  /** The bookmark is rewound or deleted: the source's changes are sent again from there. */
  async #changeBookmark(): Promise<void> {
    const { random, scheduler, processes } = this.#world;
    const seen = await this.#fetch();
    const back = random.int(0, seen.position);
    // Somebody thinks about it first.
    await scheduler.sleep(random.int(0, 2_000));
    for (const process of processes)
      if (process.sent.streamer === this.#source.streamer) this.#world.note("bookmark-moved", process);
    const headers = { "if-match": seen.etag, ...(back > 0 && { "content-type": "application/json" }) };
    const path = this.#pathOf("/bookmark");
    if (back === 0) await this.#ask({ method: "DELETE", path, headers });
    else await this.#ask({ method: "PUT", path, headers, body: Buffer.from(String(back)) });
  }
}

const isWorthRetrying = (answered: Answered | undefined) =>
  answered === undefined || (answered.status !== 200 && !final.has(codeOf(answered.text) ?? ""));

const codeOf = (text: string) => (JSON.parse(text) as { code?: string }).code;
