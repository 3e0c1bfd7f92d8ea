import { Agent } from "node:http";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { postOnce } from "../../functions/import-api/http-post.ts";

/** How long an attempt waits for a slow link. The test decides when the link accepts a piece. */
class Link extends Duplex {
  readonly #waiting: (() => void)[] = [];
  taken = 0;

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#waiting.push(() => {
      this.taken += piece.length;
      done();
    });
  }

  override _read(): void {}

  /** Accepts the waiting piece and lets all consequences happen; false if nothing waits. */
  async takeNext(): Promise<boolean> {
    await setImmediate();
    const next = this.#waiting.shift();
    next?.();
    await setImmediate();
    return next !== undefined;
  }

  answer(status: number): void {
    this.push(`HTTP/1.1 ${status} Some Words\r\ncontent-length: 0\r\n\r\n`);
  }
}

class OneLink extends Agent {
  readonly link = new Link();

  createConnection(): Duplex {
    return this.link;
  }
}

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

const silenceMilliseconds = 8_000;

function begin(bodyBytes: number, remainingMilliseconds = 300_000) {
  const agent = new OneLink();
  const call = {
    url: new URL("http://127.0.0.1/v2/import/batch"),
    agent,
    headers: { "Content-Length": bodyBytes },
    body: Buffer.alloc(bodyBytes, "x"),
    secretLength: 0,
    answerBodyTimeoutMilliseconds: 5_000,
  };
  const ended = postOnce(call, { remainingMilliseconds, silenceMilliseconds });
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  const pass = async (ms: number) => {
    vi.advanceTimersByTime(ms);
    await setImmediate();
    return isEnded;
  };
  return { ended, link: agent.link, pass };
}

it("a 20 MB body on a slow link is sent as long as it makes progress", async () => {
  const { ended, link, pass } = begin(19_999_999);
  let pieces = 0;
  for (; await link.takeNext(); pieces++) expect(await pass(1_000)).toBe(false);
  expect([link.taken > 19_999_999, pieces > 70]).toEqual([true, true]);
  expect(await pass(60_000)).toBe(false);
  link.answer(201);
  expect(await ended).toMatchObject({ kind: "answer", status: 201 });
});

it("a link that stops accepting bytes is given up", async () => {
  const { ended, link, pass } = begin(4_000_000);
  for (let piece = 0; piece < 5; piece++) {
    await link.takeNext();
    expect(await pass(silenceMilliseconds - 1)).toBe(false);
  }
  expect(await pass(1)).toBe(true);
  expect(await ended).toMatchObject({ kind: "silence", reason: "hung" });
  expect(link.destroyed).toBe(true);
});

it("an answer that does not begin is given up after its share of the time", async () => {
  const { ended, link, pass } = begin(1_000);
  while (await link.takeNext());
  link.push("HTTP/1.1 201 Cr");
  expect(await pass(silenceMilliseconds - 1)).toBe(false);
  expect(await pass(1)).toBe(true);
  expect(await ended).toMatchObject({
    kind: "silence",
    reason: "hung",
    message: "The Import API was silent for 8 s.",
  });
});

it("the deadline holds, whatever the progress", async () => {
  const { ended, link, pass } = begin(19_999_999, 20_000);
  let isEnded = false;
  while (!isEnded && (await link.takeNext())) isEnded = await pass(1_000);
  expect(await ended).toMatchObject({ kind: "silence", reason: "deadline" });
});

it("an answer before the end of the body counts", async () => {
  const { ended, link, pass } = begin(19_999_999);
  await link.takeNext();
  link.answer(413);
  await setImmediate();
  await pass(silenceMilliseconds);
  expect(await ended).toMatchObject({ kind: "answer", status: 413 });
});
