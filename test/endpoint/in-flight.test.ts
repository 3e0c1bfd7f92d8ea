import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { batchesInFlightMax } from "../../functions/persister/limits.ts";
import { listen } from "../../infra/local/listen.ts";
import { bookmark, getBookmark, jsonline, post, record, startTestStack } from "./local-stack.ts";

/** Several batches at once: each table without keys is a request of its own. */
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

const tables = Array.from({ length: 40 }, (_, n) => `table${n}`);
/** A record and a bookmark for each table, in order. */
const body = jsonline(...tables.flatMap((table, n) => [record(table, { n }), bookmark(n)]));

/** A stack whose Import API calls `answer` with the table of each batch. */
async function stackWhere(
  answer: (table: string, response: ServerResponse) => unknown,
  ingestMilliseconds?: number,
) {
  const api = createServer(async (message, response) => {
    const { table_name } = JSON.parse(await text(message)) as { table_name: string };
    answer(table_name, response);
  });
  const listening = await listen(api);
  const timing = ingestMilliseconds === undefined ? {} : { ingestMilliseconds };
  const stack = await startTestStack({ IMPORT_API_URL: listening.url }, timing);
  open.push(stack, listening);
  return stack;
}

/** Enough for five batches. */
const ingestMilliseconds = 8_000;

describe("batches in flight", () => {
  it(`are at most ${batchesInFlightMax}, and reach that number`, async () => {
    let most = 0;
    const waiting: ServerResponse[] = [];
    let left = tables.length;
    const stack = await stackWhere((_table, response) => {
      most = Math.max(most, waiting.push(response));
      // None is answered before the maximum, or all that are left, are in flight.
      if (waiting.length < Math.min(batchesInFlightMax, left)) return;
      left -= waiting.length;
      for (const each of waiting.splice(0)) each.writeHead(201).end();
    });
    const response = await post(stack, "many", body);
    expect(await response.json()).toMatchObject({ batches: tables.length, bookmark: 39 });
    expect(most).toBe(batchesInFlightMax);
  });

  it("of 200 streams in turns with a SCHEMA wait for 13 round trips: 3.9 s at 300 ms each", async () => {
    const streams = Array.from({ length: 200 }, (_, n) => `stream${n}`);
    const schema = { properties: { n: { type: "integer" } } };
    const schemas = streams.map(stream => ({ type: "SCHEMA", stream, schema, key_properties: ["n"] }));
    const turns = [1, 2, 3].flatMap(n => streams.map(stream => record(stream, { n })));
    const waiting: ServerResponse[] = [];
    let left = streams.length;
    let roundTrips = 0;
    const stack = await stackWhere((_table, response) => {
      if (waiting.push(response) < Math.min(batchesInFlightMax, left)) return;
      roundTrips++;
      left -= waiting.length;
      for (const each of waiting.splice(0)) each.writeHead(201).end();
    });
    const response = await post(stack, "turns", jsonline(...schemas, ...turns));
    expect(await response.json()).toMatchObject({ batches: 200, records: 600 });
    expect(roundTrips).toBe(13);
  });

  it("are awaited when one of them fails, and no new one is sent", async () => {
    const asked: string[] = [];
    const waiting: ServerResponse[] = [];
    const stack = await stackWhere((table, response) => {
      asked.push(table);
      if (table === "table2") response.writeHead(400).end('{"error":"no"}');
      else waiting.push(response);
      // The others are accepted after the failure is known.
      if (asked.length === batchesInFlightMax)
        setImmediate(() => {
          for (const each of waiting) each.writeHead(201).end();
        });
    });
    const response = await post(stack, "failing", body);
    expect(await response.json()).toMatchObject({ status: 502, bookmark: 1 });
    expect(asked.sort()).toEqual(tables.slice(0, batchesInFlightMax).sort());
    expect(await (await getBookmark(stack, "failing")).text()).toBe("1");
  });

  it("that get no answer in time: 504, with the safe bookmark committed", async () => {
    const stack = await stackWhere((table, response) => {
      if (table < "table5") response.writeHead(201).end();
    }, ingestMilliseconds);
    const response = await post(stack, "hanging", body);
    expect(await response.json()).toMatchObject({
      status: 504,
      code: "out-of-time",
      bookmark: 4,
      revision: 1,
      detail: expect.stringContaining("start the next run from it"),
    });
    expect(await (await getBookmark(stack, "hanging")).text()).toBe("4");
  });

  it("report the worst outcome: a permanent one before a transient one", async () => {
    const stack = await stackWhere((table, response) => {
      response.writeHead(table === "table1" ? 400 : 503).end('{"error":"words"}');
    });
    expect(await (await post(stack, "worst", body)).json()).toMatchObject({
      status: 502,
      code: "rejected",
      errors: [{ stream: "table1" }],
    });
  });
});
