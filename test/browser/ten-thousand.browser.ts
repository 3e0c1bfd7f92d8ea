import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { entryPartitionOf } from "../../functions/aws/entries.ts";
import type { TokenTable } from "../../infra/tokens/tokens.ts";
import { type LocalStack, startTestStack, token } from "../endpoint/local-stack.ts";
import { tokenTableOf } from "../endpoint/stack-file.ts";
import { signIn, texts, useBrowser } from "./visits.ts";

/** 10,000 streamers, one in a hundred of them stale, and one in flight. */
const streamersMax = 10_000;
const hour = 3_600_000;
let stack: LocalStack;
beforeAll(async () => {
  stack = await startTestStack();
  await fill(await tokenTableOf(stack));
});
afterAll(() => stack.close());
const visit = useBrowser();

const nameOf = (n: number) => `streamer-${String(n).padStart(5, "0")}`;
const running = 4_242;

/** A streamer's item and its entry in the list. */
function itemsOf(n: number): object[] {
  const [name, at] = [nameOf(n), Date.now() - (n % 100 === 7 ? (30 + n / 100) * hour : 2 * hour)];
  const commit = { revision: 1, at, by: "delivery", whole: true, bookmarkAt: at, delivery: "d" };
  const totals = { deliveries: 1, records: 1 };
  const lease = { delivery: "d2", since: Date.now(), until: Date.now() + hour };
  const streamer = { fence: 3, stamp: "s", lastSequence: 1, since: at, totals };
  const bookmark = { encoding: "json", value: "1" };
  return [
    {
      pk: `streamer#${name}`,
      sk: "state",
      ...streamer,
      ...(n === running && { lease }),
      commit: { ...commit, bookmark },
    },
    { pk: entryPartitionOf(name), sk: name, since: at, revision: 1, at, bookmarkAt: at, ...totals },
  ];
}

async function fill({ client, table }: TokenTable): Promise<void> {
  const items = Array.from({ length: streamersMax }, (_, n) => itemsOf(n)).flat();
  for (let from = 0; from < items.length; from += 25) {
    const puts = items.slice(from, from + 25).map(item => ({ PutRequest: { Item: marshall(item) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
}

it("the worst are there after at most twenty requests, and all can be found", async () => {
  const { page, requests, complaints } = await visit(stack.url);
  await signIn(page, token);
  await page.locator(".fleet tbody tr").first().getByText("streamer-09907").waitFor();
  const untilRows = requests.length;
  expect(untilRows).toBeLessThanOrEqual(20);
  expect((await texts(page, ".fleet tbody tr"))[0]).toMatch(/^streamer-09907 stale 5 d/);
  await page.getByRole("heading", { name: "100 of 10,000 streamers need attention" }).waitFor();
  await page.getByRole("button", { name: "running 1", exact: true }).click();
  expect(await texts(page, ".fleet tbody th")).toEqual([nameOf(running)]);
  await page.getByRole("button", { name: "all 10,000" }).click();
  expect(await page.locator(".fleet tbody tr").count()).toBe(100);
  await page.getByRole("button", { name: "Show more: 9,900 are left" }).click();
  expect(await page.locator(".fleet tbody tr").count()).toBe(200);
  await page.getByLabel("Filter by name").fill("r-04242");
  expect(await texts(page, ".fleet tbody th")).toEqual([nameOf(running)]);
  expect(complaints).toEqual([]);
  // The page, the list in pages of a thousand and an empty one, the stale and the failing ones, and what is
  // in flight, which is read last. A request that a busy machine did not answer in time is sent again.
  await expect.poll(() => new Set(requests).size, { timeout: 120_000 }).toBe(1 + 11 + 2 + 10);
  console.log(`10,000 streamers: rows after ${untilRows} requests, all after ${requests.length}`);
});
