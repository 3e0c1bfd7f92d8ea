import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wireBytesMax } from "../../functions/persister/limits.ts";
import type { Report, RequestObserver } from "../../functions/persister/ports.ts";
import { startScriptedServer } from "../import-api/scripted-server.ts";
import { bookmark, jsonline, post, record, startTestStack } from "./local-stack.ts";

/** The report of each delivery to the operator. */
let reports: Report[];
const open: { close(): Promise<void> }[] = [];
beforeEach(() => {
  reports = [];
});
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

async function stackOn(...steps: Parameters<typeof startScriptedServer>[0]) {
  const api = await startScriptedServer(steps);
  const observer = { onDelivery: (report: Report) => void reports.push(report) };
  const stack = await startTestStack({ IMPORT_API_URL: api.url }, { observer });
  open.push(stack, api);
  return stack;
}

const body = jsonline(record("t", { id: 1 }, ["id"]), record("t", { id: 2 }, ["id"]), bookmark(7));

it("of a committed delivery has counts, the duration of each step, and the bookmark's age", async () => {
  const stack = await stackOn({ status: 429 }, { status: 201 });
  await post(stack, "seen", body, { "idempotency-key": "k" });
  expect(reports).toEqual([
    {
      streamer: "seen",
      delivery: expect.any(String),
      outcome: "committed",
      traceparent: undefined,
      bytes: Buffer.byteLength(body),
      records: 2,
      batches: 1,
      retries: 1,
      milliseconds: Object.fromEntries(
        ["archive", "validate", "begin", "forward", "commit"].map(step => [step, expect.any(Number)]),
      ),
      bookmarkAge: expect.any(Number),
    },
  ]);
  await post(stack, "seen", body, { "idempotency-key": "k" });
  expect(reports[1]).toMatchObject({ outcome: "replayed", delivery: reports[0]!.delivery, records: 0 });
});

it.each([
  ["rejected", { status: 400, body: "{}" }, body, 2],
  ["unavailable", { status: 503 }, body, 2],
  ["malformed", { status: 201 }, jsonline("{"), 0],
])("of a delivery that is %s has no bookmark and no age", async (outcome, step, sent, records) => {
  const stack = await stackOn({ body: "", ...step });
  await post(stack, "unseen", sent);
  expect(reports).toEqual([
    expect.objectContaining({ outcome, records, batches: 0, bookmarkAge: undefined }),
  ]);
});

describe("of a refusal", () => {
  type Refusal = Parameters<RequestObserver["onRefused"]>[0];
  async function refusing() {
    const refusals: Refusal[] = [];
    const observer = {
      onDelivery: () => {},
      onRefused: (refusal: Refusal) => void refusals.push(refusal),
    };
    const stack = await startTestStack({}, { observer });
    open.push(stack);
    await post(stack, "known", body);
    return { stack, refusals };
  }
  const wrong = { authorization: "Bearer wrong" };

  it("has its code, its streamer, and whether the streamer has delivered before", async () => {
    const { stack, refusals } = await refusing();
    await post(stack, "known", body, wrong);
    await post(stack, "unknown", body, wrong);
    await post(stack, "No%20Name", body, wrong);
    await post(stack, "known", body, { "if-match": '"9"' });
    await post(stack, "known", Buffer.alloc(wireBytesMax + 1));
    // A body's contents are its delivery's report, and so is its size once it is unzipped.
    await post(stack, "known", jsonline(bookmark("x".repeat(1_100_000))));
    await post(stack, "known", jsonline("{"));
    expect(refusals.map(({ code, streamer, isKnown }) => [code, streamer, isKnown])).toEqual([
      ["unauthorized", "known", true],
      ["unauthorized", "unknown", false],
      ["unauthorized", undefined, false],
      ["precondition-failed", "known", true],
      ["body-too-large", "known", true],
    ]);
  });
});
