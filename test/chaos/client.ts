import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Random } from "../simulation/random.ts";
import { idOf } from "./source.ts";

/** A bookmark that was given out. */
export interface Seen {
  readonly bookmark: number;
  /** How much had landed by then: the length of the Import API's log. */
  readonly logBytes: number;
}

/** A delivery that was answered 200. */
export interface Taken {
  readonly bytes: Uint8Array;
  /** `s3://bucket/key` */
  readonly archive: string;
}

const waitMillisecondsMax = 300;

/** A streamer's client: fetches the bookmark, sends what is behind it, and tries again until it is taken. */
export class Client {
  readonly streamer: string;
  /** Its source's changes up to here are taken. */
  position = 0;
  retries = 0;
  replays = 0;
  restarts = 0;
  readonly taken: Taken[] = [];
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
    this.#headers = { authorization: `Bearer ${token}` };
    this.#random = random;
  }

  /** Delivers until `isOver`, and then brings the delivery that it is at to its end. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const { bookmark, etag } = await this.fetchBookmark();
      if (bookmark < this.position)
        throw new Error(`${this.streamer}: the bookmark went back to ${bookmark}`);
      await this.#deliver(bookmark, etag);
    }
  }

  async fetchBookmark(): Promise<{ bookmark: number; etag: string }> {
    for (;;) {
      const response = await this.#ask(`${this.#url}/bookmark`, { headers: this.#headers });
      const etag = response?.headers.get("etag");
      if (response?.status === 200 && etag) {
        const bookmark = Number(await response.text());
        await this.#see(bookmark);
        return { bookmark, etag };
      }
      if (response?.status === 404 && etag) return { bookmark: 0, etag };
      await this.#wait();
    }
  }

  async #deliver(bookmark: number, etag: string): Promise<void> {
    const key = randomUUID();
    // More than one batch, now and then.
    const records = this.#random.chance(0.05) ? 21_000 : this.#random.int(1, 600);
    const end = bookmark + records;
    const bytes = gzipSync(this.#body(bookmark, end, key), { level: 1 });
    const headers = {
      ...this.#headers,
      "if-match": etag,
      "idempotency-key": key,
      "content-encoding": "gzip",
      "content-type": "application/octet-stream",
    };
    for (;;) {
      const response = await this.#ask(this.#url, { method: "POST", headers, body: bytes });
      if (response?.status === 200) return this.#take(response, bytes, end);
      const code = response && ((await response.json()) as { code: string }).code;
      if (code === "precondition-failed" || code === "overtaken") {
        this.restarts++;
        return;
      }
      if (response !== undefined && response.status < 500 && response.status !== 409)
        throw new Error(`${this.streamer}: ${response.status} ${code}`);
      this.retries++;
      await this.#wait();
    }
  }

  async #take(response: Response, bytes: Uint8Array, end: number): Promise<void> {
    const { archive } = (await response.json()) as { archive: string };
    if (response.headers.has("idempotency-replayed")) this.replays++;
    this.taken.push({ bytes, archive });
    this.position = end;
    await this.#see(end);
  }

  async #see(bookmark: number): Promise<void> {
    const { size } = await stat(this.#logPath);
    this.seen.push({ bookmark, logBytes: size });
  }

  #body(bookmark: number, end: number, body: string): string {
    const lines = ["stitchstream/0.1", "Content-Type: jsonline", "--"];
    for (let position = bookmark + 1; position <= end; position++) {
      const record = { id: idOf(position), position, body };
      lines.push(JSON.stringify({ type: "RECORD", stream: this.streamer, key_fields: ["id"], record }));
      if (position === end || this.#random.chance(0.001))
        lines.push(JSON.stringify({ type: "BOOKMARK", value: position }));
    }
    return lines.join("\n");
  }

  /** Undefined where there was no answer. */
  async #ask(url: string, init: RequestInit): Promise<Response | undefined> {
    try {
      const response = await fetch(url, init);
      const body = await response.arrayBuffer();
      return new Response(body, response);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return undefined;
    }
  }

  #wait(): Promise<void> {
    return setTimeout(this.#random.int(0, waitMillisecondsMax));
  }
}
