import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { importApi } from "../../functions/import-api/client.ts";
import { attemptsMax } from "../../functions/import-api/retry.ts";
import { leapingClock } from "./leaping-clock.ts";
import { account, closeServersAfterEach, minute, request, scripted, token } from "./scripted-client.ts";
import { type Step, startScriptedServer } from "./scripted-server.ts";

closeServersAfterEach();

describe("retried", () => {
  it.each<[string, Step]>([
    ["429", { status: 429 }],
    ["408", { status: 408 }],
    ["500", { status: 500, body: "<h1>oops</h1>" }],
    ["503", { status: 503 }],
    ["599", { status: 599 }],
    ["a connection dropped before the body", "drop-before"],
    ["a connection dropped after the body", "drop-after-body"],
    ["a connection dropped within the answer's head", "drop-in-head"],
    ["a connection dropped after the head of a 503", { dropAfterHead: 503 }],
  ])("is %s, with the same bytes under the same headers", async (_, step) => {
    const { server, clock, send } = await scripted([step, step, { status: 201 }]);
    expect(await send()).toEqual({ kind: "accepted", attempts: 3 });
    expect(clock.delays).toEqual([50, 100]);
    const [first, , last] = server.requests;
    expect(last!.rawHeaders).toEqual(first!.rawHeaders);
    expect(last!.body.equals(request.body)).toBe(true);
  });

  it("is a silent connection", async () => {
    const { send } = await scripted(["hang", { status: 201 }], { silenceMillisecondsMax: 30 });
    expect(await send()).toEqual({ kind: "accepted", attempts: 2 });
  });

  it("is a silent connection that was used before", async () => {
    const { send, server } = await scripted([{ status: 201 }, "hang", { status: 201 }], {
      silenceMillisecondsMax: 30,
    });
    await send();
    expect(await send()).toEqual({ kind: "accepted", attempts: 2 });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  it("waits as long as Retry-After says, in seconds or as a date, and at least the jitter", async () => {
    const { clock, send } = await scripted([
      { status: 429, headers: { "retry-after": "7" } },
      { status: 503, headers: { "retry-after": new Date(Date.UTC(2026, 10, 23) + 20_000).toUTCString() } },
      { status: 503, headers: { "retry-after": "0" } },
      { status: 201 },
    ]);
    expect(await send()).toEqual({ kind: "accepted", attempts: 4 });
    expect(clock.delays).toEqual([7_000, 13_000, 200]);
  });

  it("ends at a bound", async () => {
    const { server, send } = await scripted([{ status: 503, body: '{"message":"later"}' }]);
    expect(await send()).toEqual({
      kind: "failed",
      reason: "unavailable",
      message: "The Import API answered 503: later",
      attempts: attemptsMax,
    });
    expect(server.requests).toHaveLength(attemptsMax);
  });
});

describe("a connection that hangs", () => {
  it("is abandoned: the next attempt opens its own", async () => {
    const { send, server } = await scripted([{ status: 201 }, { status: 201 }, "hang", { status: 201 }], {
      silenceMillisecondsMax: 30,
    });
    // Two connections are kept open.
    await Promise.all([send(), send()]);
    expect(await send()).toEqual({ kind: "accepted", attempts: 2 });
    expect(server.requests.map(({ connection }) => connection)).toEqual([1, 2, expect.any(Number), 3]);
  });

  it("is retried within the remaining time, with the same bytes", async () => {
    const { send, server } = await scripted(["hang"], { silenceMillisecondsMax: 30 });
    expect(await send()).toMatchObject({
      kind: "failed",
      reason: "unavailable",
      message: "The Import API was silent for 0 s.",
      attempts: attemptsMax,
    });
    expect(new Set(server.requests.map(({ body }) => body.toString())).size).toBe(1);
  });
});

describe("failed", () => {
  it("is unavailable at once if Retry-After points beyond the deadline", async () => {
    const { clock, server, send } = await scripted([{ status: 503, headers: { "retry-after": "61" } }]);
    expect(await send()).toMatchObject({ kind: "failed", reason: "unavailable", attempts: 1 });
    expect(clock.delays).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it("is unavailable if nobody listens", async () => {
    const url = await closedPort();
    const api = importApi({ url, account, clock: leapingClock(0) });
    const outcome = await api.send(request, minute);
    expect(outcome).toMatchObject({ kind: "failed", reason: "unavailable", attempts: attemptsMax });
    expect(outcome).toMatchObject({ message: expect.stringContaining("ECONNREFUSED") });
  });

  it("is unavailable if TLS is expected and not spoken", async () => {
    const { server } = await scripted([{ status: 201 }]);
    const url = server.url.replace("http:", "https:");
    const api = importApi({ url, account, clock: leapingClock(0) });
    expect(await api.send(request, minute)).toMatchObject({
      kind: "failed",
      reason: "unavailable",
      attempts: attemptsMax,
    });
    expect(server.requests).toHaveLength(0);
  });

  it("is unavailable if something other than HTTP answers", async () => {
    const server = createServer(socket => socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.6\r\n"));
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const api = importApi({ url: `http://127.0.0.1:${port}`, account, clock: leapingClock(0) });
    expect(await api.send(request, minute)).toMatchObject({ kind: "failed", reason: "unavailable" });
    server.close();
  });

  it("is out of time if the deadline passes before the answer", async () => {
    const { send, server } = await scripted(["hang"]);
    expect(await send(request, 530)).toMatchObject({ kind: "failed", reason: "out-of-time", attempts: 1 });
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });

  it("is out of time without an attempt if the deadline is past", async () => {
    const { send, server } = await scripted([{ status: 201 }]);
    expect(await send(request, 0)).toMatchObject({ kind: "failed", reason: "out-of-time", attempts: 0 });
    expect(server.requests).toHaveLength(0);
  });

  it("never contains the token", async () => {
    const { send } = await scripted([{ status: 500, body: `{"error":"${token} crashed us"}` }]);
    expect(await send()).toMatchObject({ message: "The Import API answered 500: [token] crashed us" });
  });
});

async function closedPort(): Promise<string> {
  const server = await startScriptedServer([{ status: 200 }]);
  await server.close();
  return server.url;
}
