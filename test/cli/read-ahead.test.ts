import { describe, expect, it } from "vitest";
import { readAhead } from "../../cli/read-ahead.ts";
import type { Segment } from "../../functions/persister/segments/cutter.ts";

const place = { records: 1, hasBookmark: false, hasOnlyEmptyState: false, firstLine: 1, headLines: 0 };
const textOf = ({ body }: Segment) => Buffer.from(body).toString();

/**
 * Segments that use two memories in turn, as a cutter's do. Notes what is asked for and that it has ended.
 */
function sourceOf(texts: readonly string[], error?: Error) {
  const events: string[] = [];
  const memories = [Buffer.alloc(10), Buffer.alloc(10)] as const;
  async function* source(): AsyncGenerator<Segment> {
    try {
      for (const [n, text] of texts.entries()) {
        const memory = memories[n % 2]!;
        events.push(`cut ${text}`);
        yield { ...place, body: memory.subarray(0, memory.write(text)) };
      }
      if (error !== undefined) throw error;
    } finally {
      events.push("ended");
    }
  }
  return { source: source(), events };
}

describe("reading ahead", () => {
  it("reads the next segment, and no more, while one is used", async () => {
    const { source, events } = sourceOf(["one", "three", "two"]);
    const aborted = new AbortController();
    for await (const segment of readAhead(source, aborted)) {
      await new Promise(setImmediate);
      events.push(`used ${textOf(segment)}`);
    }
    expect(events).toEqual([
      "cut one",
      "cut three",
      "used one",
      "cut two",
      "used three",
      "ended",
      "used two",
    ]);
  });

  it("throws the source's error after the segments before it", async () => {
    const { source } = sourceOf(["one", "two"], new Error("broken"));
    const used: string[] = [];
    const reading = async () => {
      for await (const segment of readAhead(source, new AbortController())) {
        await new Promise(setImmediate);
        used.push(textOf(segment));
      }
    };
    await expect(reading()).rejects.toThrow("broken");
    expect(used).toEqual(["one", "two"]);
  });

  it("aborts and ends the source when no more segments are needed", async () => {
    const { source, events } = sourceOf(["one", "two"]);
    const aborted = new AbortController();
    for await (const segment of readAhead(source, aborted)) {
      expect(textOf(segment)).toBe("one");
      break;
    }
    expect(aborted.signal.aborted).toBe(true);
    expect(events.at(-1)).toBe("ended");
  });
});
