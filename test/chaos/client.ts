import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Random } from "../simulation/random.ts";
import { type Answer, ask, refuseUnlessPassing, retryAfterMilliseconds } from "./ask.ts";
import type { DeliveryResult } from "./comparison.ts";
import type { Seen } from "./landed.ts";
import { bodyOf } from "./source.ts";

const jitterMillisecondsMax = 300;
const waitMillisecondsMax = 500;

/** A streamer's client: fetches the bookmark, sends what is after it, and retries until it is accepted. */
export class Client {
  readonly streamer: string;
  /** The source's changes up to here are accepted. */
  position = 0;
  replays = 0;
  restarts = 0;
  /** How often each answer caused a retry. */
  readonly retries = new Map<string, number>();
  readonly taken: DeliveryResult[] = [];
  readonly seen: Seen[] = [];
  readonly #logPath: string;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #random: Random;

  constructor(
    streamer: string,
    { url, token, logPath }: { url: string; token: string; logPath: string },
    random: Random,
  ) {
    this.streamer = streamer;
    this.#logPath = logPath;
    this.#url = `${url}/v1/streamers/${streamer}`;
    this.#headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    this.#random = random;
  }

  /**
   * Delivers until `isOver`, then finishes the current delivery. Rejects if the endpoint breaks its
   * promises.
   */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const { bookmark, etag } = await this.fetchBookmark();
      if (bookmark < this.position)
        throw new Error(`${this.streamer}: the bookmark went back from ${this.position} to ${bookmark}`);
      await this.#deliver(bookmark, etag);
    }
  }

  async fetchBookmark(): Promise<{ bookmark: number; etag: string }> {
    for (;;) {
      const answer = await ask(`${this.#url}/bookmark`, { headers: this.#headers });
      const isKnown = answer.status === 200 || answer.code === "no-bookmark";
      if (!isKnown) {
        await this.#retry(answer);
        continue;
      }
      const etag = answer.headers.get("etag");
      if (etag === null) throw new Error(`${this.streamer}: a bookmark without an ETag`);
      const bookmark = answer.status === 200 ? Number(answer.text) : 0;
      await this.#see(bookmark);
      return { bookmark, etag };
    }
  }

  async #deliver(bookmark: number, etag: string): Promise<void> {
    const name = randomUUID();
    // More than one batch, now and then.
    const end = bookmark + (this.#random.chance(0.02) ? 21_000 : this.#random.int(1, 600));
    const text = bodyOf({ stream: this.streamer, bookmark, end, name }, this.#random);
    const bytes = gzipSync(text, { level: 1 });
    const headers = {
      ...this.#headers,
      "if-match": etag,
      "idempotency-key": name,
      "content-encoding": "gzip",
      "content-type": "application/octet-stream",
    };
    for (;;) {
      const answer = await ask(this.#url, { method: "POST", headers, body: bytes });
      if (answer.status === 200) return this.#take(answer, bytes, end);
      if (answer.code === "precondition-failed" || answer.code === "superseded") {
        this.restarts++;
        return;
      }
      await this.#retry(answer);
    }
  }

  async #take({ headers, text }: Answer, bytes: Uint8Array, end: number): Promise<void> {
    const { archive, bookmark } = JSON.parse(text) as { archive: string; bookmark: number };
    if (bookmark !== end)
      throw new Error(`${this.streamer}: the receipt's bookmark is ${bookmark}, not ${end}`);
    if (headers.has("idempotency-replayed")) this.replays++;
    this.taken.push({ bytes, archive });
    this.position = end;
    await this.#see(end);
  }

  async #see(bookmark: number): Promise<void> {
    const { size } = await stat(this.#logPath);
    this.seen.push({ bookmark, logBytes: size });
  }

  async #retry(answer: Answer): Promise<void> {
    refuseUnlessPassing(answer, this.streamer);
    this.retries.set(answer.code, (this.retries.get(answer.code) ?? 0) + 1);
    const jitter = this.#random.int(0, jitterMillisecondsMax);
    await setTimeout(Math.min(waitMillisecondsMax, retryAfterMilliseconds(answer) + jitter));
  }
}
