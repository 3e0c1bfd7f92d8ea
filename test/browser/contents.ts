import { createToken } from "../../infra/tokens/tokens.ts";
import {
  bookmark,
  jsonline,
  type LocalStack,
  post,
  record,
  startTestStack,
  token,
} from "../endpoint/local-stack.ts";
import { tokenTableOf } from "../endpoint/stack-file.ts";

/** A stack whose streamers are in every state that the page shows. */
export interface KnownStack extends LocalStack {
  /** Reads only `github`. */
  readonly readToken: string;
  readonly expiredToken: string;
}

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
/** More than a JavaScript number holds exactly. */
export const exactId = "9007199254740993";

export async function startKnownStack(): Promise<KnownStack> {
  let ago = 0;
  const clock = { now: () => Date.now() - ago, sleep: async () => {} };
  const stack = await startTestStack({}, { clock, ingestMilliseconds: 29_000 });
  const send = async (streamer: string, before: number, body: string) => {
    ago = before;
    const response = await post(stack, streamer, body);
    ago = 0;
    return response;
  };
  await sendAll(send);
  await expect(stack, "shopify-eu", "PT6H");
  await hold(stack, "shopify-eu");
  const table = await tokenTableOf(stack);
  const granted = { scopes: ["read"] as const, streamer: "github" };
  const of = async (validUntil: number | undefined) =>
    (await createToken({ ...granted, scopes: [...granted.scopes], validUntil }, table)).token;
  return { ...stack, readToken: await of(undefined), expiredToken: await of(Date.now() - day) };
}

type Send = (streamer: string, before: number, body: string) => Promise<Response>;

async function sendAll(send: Send): Promise<void> {
  for (let n = 30; n >= 0; n--) await send("github", n * 11 * hour + 12 * minute, github(n));
  for (let n = 9; n >= 4; n--)
    await send("chargebee", n * day, body("invoices", 120 + n * 7, { updated: `day ${n}` }));
  for (let n = 4; n >= 1; n--) await send("drift", n * hour, body("conversations", 40, { after: 10 - n }));
  await send("drift", 5 * minute, invalid());
  for (let n = 5; n >= 1; n--) await send("shopify-eu", n * 5 * hour, body("orders", 900, { page: 6 - n }));
  for (let n = 5; n >= 1; n--)
    await send("postgres-orders", n * 20 * minute, body("orders", 10, { xmin: 7_000 - n }));
  await send("hubspot", 20 * minute, 'stitchstream/0.1\nContent-Type: jsonline\n--\n{"type":"RECORD"\n');
}

const many = (stream: string, count: number) =>
  Array.from({ length: count }, (_, id) => record(stream, { id, text: `${stream} ${id}` }, ["id"]));

const body = (stream: string, count: number, value: unknown) =>
  jsonline(...many(stream, count), bookmark(value));

/** GitHub's bookmark changes a little in each delivery, and a number in it has 16 digits. */
function github(n: number): string {
  const at = new Date(Date.UTC(2026, 10, 26) - n * 11 * hour).toISOString();
  const commits = `{"main":"${at}","release":"2026-10-01T00:00:00.000Z"}`;
  const value = `{"issues":"${at}","commits":${commits},"id":${exactId}}`;
  const lines = [
    ...many("issues", 20 + ((n * 13) % 40)),
    ...many("commits", 60 + ((n * 29) % 90)),
    ...many("releases", n % 3),
  ];
  return jsonline(...lines, `{"type":"BOOKMARK","value":${value}}`);
}

const invalid = () =>
  jsonline(record("conversations", { id: 1 }, ["id"]), {
    type: "RECORD",
    stream: "conversations",
    key_fields: ["id"],
    record: { id: null, subject: "Hello" },
  });

const expect = (stack: LocalStack, streamer: string, expectedEvery: string) =>
  fetch(`${stack.url}/v1/streamers/${streamer}/settings`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "if-match": "*", "content-type": "application/json" },
    body: JSON.stringify({ expectedEvery }),
  });

/** Writes the lease of a delivery in flight, which lasts longer than a test. */
async function hold({ wired }: LocalStack, streamer: string): Promise<void> {
  const { streamers } = wired.store;
  const deadline = Date.now() + minute;
  const current = (await streamers.read(streamer, deadline))!;
  const lease = {
    delivery: wired.store.newId(),
    since: Date.now() - 42_000,
    until: Date.now() + 10 * minute,
    segment: 3,
  };
  const next = { ...current, fence: current.fence + 1, stamp: "held", lease };
  if (!(await streamers.write(next, deadline))) throw new Error("The streamer changed.");
}
