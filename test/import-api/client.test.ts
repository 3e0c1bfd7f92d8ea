import { describe, expect, it } from "vitest";
import { importApi } from "../../functions/import-api/client.ts";
import { leapingClock } from "./leaping-clock.ts";
import { account, closeServersAfterEach, minute, request, scripted, token } from "./scripted-client.ts";

closeServersAfterEach();

describe("a request", () => {
  it("is one POST with the bytes, their length and the token", async () => {
    const { server, send } = await scripted([{ status: 201, body: '{"status":"OK"}' }]);
    expect(await send()).toEqual({ kind: "accepted", attempts: 1 });
    const seen = server.requests[0]!;
    expect([seen.method, seen.path]).toEqual(["POST", "/v2/import/push"]);
    expect(seen.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": String(request.body.length),
      connection: "keep-alive",
    });
    expect(seen.headers).not.toHaveProperty("content-encoding");
    expect(seen.body.equals(request.body)).toBe(true);
  });

  it("goes to its path below any base URL", async () => {
    const { server } = await scripted([{ status: 200 }]);
    const api = importApi({ url: `${server.url}/base//`, account, clock: leapingClock(0) });
    await api.send({ ...request, endpoint: "batch", contentType: "application/transit+json" }, minute);
    expect(server.requests[0]!.path).toBe("/base/v2/import/batch");
    expect(server.requests[0]!.headers["content-type"]).toBe("application/transit+json");
  });

  it("fetches a newer token when one is refused, and continues with it", async () => {
    const { server, send } = await scripted([{ status: 503 }, { status: 401 }, { status: 200 }], {
      account: { ...account, token: "at_old" },
      accountAfter: async refused => ({ ...account, token: `${refused}er` }),
    });
    expect(await send()).toEqual({ kind: "accepted", attempts: 3 });
    await send();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer at_old",
      "Bearer at_old",
      "Bearer at_older",
      "Bearer at_older",
    ]);
  });

  it.each([
    ["is the same", async () => account],
    ["can't be had", () => Promise.reject(new Error("no"))],
  ])("a refusal is final if the newer token %s", async (_, accountAfter) => {
    const { server, send } = await scripted([{ status: 401, body: '{"error":"who?"}' }], { accountAfter });
    expect(await send()).toMatchObject({ kind: "rejected", status: 401, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ["another token", { clientId: 1, token: "at_new" }],
    ["the same token", { clientId: 1, token }],
  ])(
    "is not sent to another account: with another client id and %s it fails as transient",
    async (_, other) => {
      const { server, send } = await scripted([{ status: 503 }, { status: 401 }, { status: 200 }], {
        accountAfter: async () => other,
      });
      expect(await send()).toMatchObject({
        kind: "failed",
        reason: "unavailable",
        message: expect.stringContaining("another one"),
        attempts: 2,
      });
      expect(server.requests).toHaveLength(2);
      expect(await send()).toMatchObject({ kind: "accepted" });
      expect(server.requests[2]!.headers.authorization).toBe(`Bearer ${token}`);
    },
  );

  it("passes the caller's trace on", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { server, send } = await scripted([{ status: 200 }], { traceparent });
    await send();
    expect(server.requests[0]!.headers.traceparent).toBe(traceparent);
  });

  it("reuses an open connection", async () => {
    const { server, send } = await scripted([
      { status: 201, body: "{}" },
      { status: 400, body: "no" },
      { status: 201 },
    ]);
    for (let index = 0; index < 5; index++) await send();
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 1, 1, 1]);
  });

  it("may have 20 MB", async () => {
    const { server, send } = await scripted([{ status: 201 }]);
    const body = Buffer.alloc(19_999_999, "x");
    expect(await send({ ...request, body })).toMatchObject({ kind: "accepted" });
    expect(server.requests[0]!.body.equals(body)).toBe(true);
  });

  it("is refused at once if the base is not a URL", () => {
    expect(() => importApi({ url: "nowhere", account, clock: leapingClock() })).toThrow(TypeError);
  });
});

describe("accepted", () => {
  it.each([200, 201, 202, 204, 299])("is %d with any body", async status => {
    const { send, server } = await scripted([{ status, ...(status !== 204 && { body: "<not json" }) }]);
    expect(await send()).toEqual({ kind: "accepted", attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it("is a 2xx whose body breaks off or never arrives", async () => {
    const { send, server } = await scripted([{ dropAfterHead: 201 }, { hangAfterHead: 202 }], {
      answerBodyTimeoutMilliseconds: 20,
    });
    expect(await send()).toEqual({ kind: "accepted", attempts: 1 });
    expect(await send()).toEqual({ kind: "accepted", attempts: 1 });
    expect(server.requests).toHaveLength(2);
  });

  it("is a 2xx with an endless body", async () => {
    const { send } = await scripted([{ status: 200, body: "x".repeat(5_000_000) }]);
    expect(await send()).toEqual({ kind: "accepted", attempts: 1 });
  });
});

describe("rejected", () => {
  it("is a page with status 200: it comes from a proxy or another server", async () => {
    const headers = { "content-type": "text/html; charset=utf-8" };
    const { send } = await scripted([{ status: 200, headers, body: "<html>login</html>" }]);
    expect(await send()).toMatchObject({
      kind: "rejected",
      status: 200,
      message: expect.stringContaining("not from the Import API"),
    });
  });

  it.each([400, 401, 403, 404, 405, 413, 415, 422, 451])("is %d, at once", async status => {
    const { send, server } = await scripted([{ status, body: '{"message":"No."}' }]);
    expect(await send()).toEqual({ kind: "rejected", status, message: "No.", attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it("is a redirect, which is not followed", async () => {
    const { send, server } = await scripted([{ status: 307, headers: { location: "/elsewhere" } }]);
    expect(await send()).toEqual({
      kind: "rejected",
      status: 307,
      message: "HTTP 307 Temporary Redirect",
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });

  it("keeps the part of the reason that arrived before it breaks off", async () => {
    const { send } = await scripted([{ dropAfterHead: 400 }, { hangAfterHead: 422 }], {
      answerBodyTimeoutMilliseconds: 20,
    });
    expect(await send()).toMatchObject({ kind: "rejected", status: 400 });
    expect(await send()).toMatchObject({ kind: "rejected", status: 422 });
  });

  it("reads at most 64 KB, and never ends in half a token", async () => {
    const page = `${"<b>".repeat(21_840)}12345678${token}`;
    const { send } = await scripted([{ status: 413, body: page.padEnd(5_000_000, "y") }]);
    const outcome = await send();
    expect(outcome).toMatchObject({ kind: "rejected", status: 413 });
    expect(JSON.stringify(outcome)).not.toContain("at_");
  });

  it("may follow retries", async () => {
    const { send } = await scripted(["drop-before", { status: 502 }, { status: 400, body: "bad" }]);
    expect(await send()).toEqual({ kind: "rejected", status: 400, message: "bad", attempts: 3 });
  });
});
