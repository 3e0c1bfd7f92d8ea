import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type ScriptedServer, type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import {
  bookmark,
  get,
  jsonline,
  type LocalStack,
  post,
  record,
  startTestStack,
  transit,
} from "./local-stack.ts";

/**
 * Tests the facts filed about a delivery: all that sending it again needs, and why its first attempt
 * failed.
 */
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map(part => part.close())));

async function stackWith(...steps: [Step, ...Step[]]): Promise<{ stack: LocalStack; api: ScriptedServer }> {
  const api = await startScriptedServer(steps);
  const env = { IMPORT_API_URL: api.url, STITCH_CLIENT_ID: "77", STITCH_TOKEN: "at_secret" };
  const stack = await startTestStack(env);
  open.push(stack, api);
  return { stack, api };
}

const accepted: Step = { status: 201 };
const rejected: Step = { status: 400, body: '{"error":"Record 0 did not conform to schema"}' };
const key = { "idempotency-key": "k" };

async function filedOf({ wired }: LocalStack, streamer: string, response: Response) {
  const { delivery } = (await response.json()) as { delivery: string };
  return wired.store.log.read(streamer, delivery, Date.now() + 600_000);
}

const factsOf = (body: string, encoding: "json" | "transit", records: number, api: ScriptedServer) => ({
  firstSequence: BigInt(/"sequence"[:,](?:"~i)?(\d+)/.exec(api.requests[0]!.body.toString())?.[1] ?? 0),
  records,
  digest: createHash("sha256").update(body).digest("hex"),
  encoding,
  size: body.length,
  destination: { name: "import-api", clientId: 77 },
});

const twice = jsonline(
  record("a", { id: 1 }, ["id"]),
  bookmark("safe"),
  record("b", { x: 1 }),
  record("b", { x: 2 }),
);

describe("a filed delivery", () => {
  it("keeps what a replay needs, without a key", async () => {
    const { stack, api } = await stackWith(accepted);
    const filed = await filedOf(stack, "s", await post(stack, "s", twice));
    expect(filed).toMatchObject({ ...factsOf(twice, "json", 3, api), receipt: { revision: 1 } });
    expect(
      JSON.stringify(filed, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    ).not.toContain("at_secret");
  });

  it("keeps it for gzip as for the decompressed body, also with a key", async () => {
    const { stack, api } = await stackWith(accepted);
    const body = transit('["^ ","type","RECORD","stream","a","key_fields",["id"],"record",["^ ","id",1]]');
    const gzip = { "content-encoding": "gzip", "content-type": "application/octet-stream", ...key };
    const response = await post(stack, "s", gzipSync(body), gzip);
    const { archive } = (await response.clone().json()) as { archive: string };
    const filed = await filedOf(stack, "s", response);
    expect(filed).toMatchObject({ ...factsOf(body, "transit", 1, api), archive });
    expect(archive).toMatch(/\.gz$/);
    const hash = createHash("sha256").update("k").digest("hex");
    expect(await stack.wired.store.deliveries.read("s", hash, Date.now() + 600_000)).toMatchObject(
      factsOf(body, "transit", 1, api),
    );
  });

  it.each([
    ["rejected", rejected],
    ["unavailable", { status: 503 }],
  ] as const)("keeps it if it failed after it had begun: %s", async (code, step) => {
    const { stack, api } = await stackWith(accepted, step);
    const filed = await filedOf(stack, "s", await post(stack, "s", twice));
    expect(filed).toMatchObject({ ...factsOf(twice, "json", 3, api), failure: { code } });
  });

  it("keeps it for an attempt that is refused while an earlier one is in flight", async () => {
    const { stack, api } = await stackWith("hang");
    const first = post(stack, "s", twice, key);
    await api.received(1, first);
    const filed = await filedOf(stack, "s", await post(stack, "s", twice, key));
    expect(filed).toMatchObject({
      ...factsOf(twice, "json", 3, api),
      failure: { code: "delivery-in-flight" },
    });
    await api.close();
    await first;
  });

  it("keeps none of it if nothing can have been forwarded", async () => {
    const { stack } = await stackWith(accepted);
    const filed = await filedOf(stack, "s", await post(stack, "s", jsonline("{")));
    expect(filed).toMatchObject({ failure: { code: "malformed" } });
    expect(filed).not.toHaveProperty("firstSequence");
  });
});

interface Filed {
  readonly delivery: string;
  readonly code: string;
  readonly detail: string;
}

describe("why a delivery failed", () => {
  const reasonOf = async (stack: LocalStack, response: Response) => {
    const { delivery } = (await response.json()) as { delivery: string };
    const page = (await (await get(stack, "/v1/streamers/s/deliveries")).json()) as { deliveries: Filed[] };
    const [listed] = page.deliveries;
    expect(listed!.delivery).toBe(delivery);
    const { code, detail } = (await (
      await get(stack, `/v1/streamers/s/deliveries/${delivery}`)
    ).json()) as Filed;
    expect(listed).toMatchObject({ code, detail });
    return [code, /lines \d+ to \d+/.exec(detail)?.[0]];
  };

  it("stays that of the first attempt: a rejection with its lines", async () => {
    const { stack } = await stackWith(accepted, rejected, { status: 503 });
    expect(await reasonOf(stack, await post(stack, "s", twice, key))).toEqual(["rejected", "lines 6 to 7"]);
    expect(await reasonOf(stack, await post(stack, "s", twice, key))).toEqual(["rejected", "lines 6 to 7"]);
  });

  it("is that of the first attempt unless only a later one is permanent", async () => {
    const { stack } = await stackWith(
      accepted,
      ...Array.from({ length: 8 }, (): Step => ({ status: 503 })),
      ...Array.from({ length: 8 }, (): Step => ({ status: 429 })),
      rejected,
    );
    const first = await reasonOf(stack, await post(stack, "s", twice, key));
    expect(first[0]).toBe("unavailable");
    expect(await reasonOf(stack, await post(stack, "s", twice, key))).toEqual(first);
    expect((await reasonOf(stack, await post(stack, "s", twice, key)))[0]).toBe("rejected");
  });

  it("is gone once it is committed", async () => {
    const { stack } = await stackWith(rejected, accepted);
    const first = (await (await post(stack, "s", twice, key)).json()) as { delivery: string };
    expect((await post(stack, "s", twice, key)).status).toBe(200);
    const filed = await (await get(stack, `/v1/streamers/s/deliveries/${first.delivery}`)).json();
    expect(filed).toMatchObject({ outcome: "committed" });
    expect(filed).not.toHaveProperty("code");
  });
});
