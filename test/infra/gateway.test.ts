import net from "node:net";
import { describe, expect, it } from "vitest";
import { call, closeGatewaysAfterEach, gate, gatewayWith, raw } from "./gateway-caller.ts";

closeGatewaysAfterEach();

const json = (body: Buffer) => JSON.parse(body.toString()) as unknown;

describe("an answer", () => {
  it("has the result's status, headers, cookies and text", async () => {
    const { url } = await gatewayWith(async () => ({
      statusCode: 201,
      headers: { ETag: '"7"', "x-number": 1, "content-length": "99" },
      cookies: ["a=1; Path=/", "b=2"],
      body: "é",
    }));
    const { status, headers, body } = await call(url, { body: "x" });
    expect(status).toBe(201);
    expect(headers).toMatchObject({
      etag: '"7"',
      "x-number": "1",
      "set-cookie": ["a=1; Path=/", "b=2"],
      "content-length": "2",
    });
    expect(headers["apigw-requestid"]).toBeDefined();
    expect(body.toString()).toBe("é");
  });

  it("has the bytes of a base64 body", async () => {
    const { url } = await gatewayWith(async () => ({ statusCode: 200, body: "AP8=", isBase64Encoded: true }));
    expect((await call(url, { body: "x" })).body).toEqual(Buffer.from([0, 255]));
  });

  it("is JSON if the result has no status", async () => {
    const { url } = await gatewayWith(async () => '{"a":1}');
    expect(await call(url, { body: "x" })).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json" },
      body: Buffer.from('{"a":1}'),
    });
  });

  it("has no body for HEAD, 204 and 304", async () => {
    const { url } = await gatewayWith(async ({ requestContext }) => ({
      statusCode: requestContext.http.method === "HEAD" ? 200 : 304,
      headers: { etag: '"1"' },
      body: "body",
    }));
    expect(await call(url, { method: "HEAD" })).toMatchObject({
      status: 200,
      headers: { "content-length": "4" },
      body: Buffer.alloc(0),
    });
    expect(await call(url, { method: "GET" })).toMatchObject({
      status: 304,
      headers: { etag: '"1"' },
      body: Buffer.alloc(0),
    });
  });

  it.each([
    { statusCode: 99 },
    { statusCode: Number.NaN },
    { statusCode: 200, headers: { "bad name": "x" } },
    { statusCode: 200, headers: { "x-a": "a\r\nb: c" } },
    { statusCode: 200, cookies: ["a\n"] },
    { statusCode: 200, body: "x".repeat(6 * 1024 * 1024 + 1) },
  ])("that HTTP can't carry is the function's failure", async result => {
    const { url } = await gatewayWith(async () => result);
    const answer = await call(url, { body: "x" });
    expect(answer.status).toBe(500);
    expect(json(answer.body)).toEqual({ message: "Internal Server Error" });
  });

  it("is 500 if the handler rejects", async () => {
    const fault = new Error("broken");
    const { url, errors } = await gatewayWith(() => Promise.reject(fault));
    const answer = await call(url, { body: "x" });
    expect(answer.status).toBe(500);
    expect(json(answer.body)).toEqual({ message: "Internal Server Error" });
    expect(errors).toEqual([fault]);
  });

  it("is 500 if the handler throws synchronously", async () => {
    const { url } = await gatewayWith(() => {
      throw new Error("broken");
    });
    expect((await call(url, { body: "x" })).status).toBe(500);
  });

  it("is 500 if the function times out, and 503 if the integration does", async () => {
    const { opened, open } = gate();
    const late = async () => {
      await opened;
      throw new Error("late");
    };
    const slow = await gatewayWith(late, { timeoutMilliseconds: 20 });
    const endless = await gatewayWith(late, {
      timeoutMilliseconds: 60_000,
      integrationTimeoutMilliseconds: 20,
    });
    const answers = [await call(slow.url, { body: "x" }), await call(endless.url, { body: "x" })];
    expect(answers.map(({ status }) => status)).toEqual([500, 503]);
    expect(answers.map(({ body }) => json(body))).toEqual([
      { message: "Internal Server Error" },
      { message: "Service Unavailable" },
    ]);
    open();
  });
});

describe("the gateway survives", () => {
  const good = "GET /v1/streamers/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

  it.each([
    "\x16\x03\x01\x02\x00",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "POST /v1/streamers/a HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
    "POST /v1/streamers/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: h\r\n\r\n`,
    "GET / HTTP/1.1\r\n\r\n",
  ])("%j", async bytes => {
    const { port } = await gatewayWith();
    expect(await raw(port, bytes)).toMatch(/^(HTTP\/1.1 4\d\d |$)/);
    expect(await raw(port, good)).toMatch(/^HTTP\/1.1 200 /);
  });

  it("a client that disconnects within its body", async () => {
    const { port, events, errors } = await gatewayWith();
    await raw(port, "POST /v1/streamers/a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", {
      end: true,
    });
    expect(await raw(port, good)).toMatch(/^HTTP\/1.1 200 /);
    expect(events).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it("a client that disconnects before the answer", async () => {
    const called = gate();
    const left = gate();
    const { port, gateway, errors } = await gatewayWith(async () => {
      called.open();
      await left.opened;
      return { statusCode: 200, body: "x".repeat(1_000_000) };
    });
    const socket = net.connect(port, "127.0.0.1", () => socket.write(good));
    await called.opened;
    socket.destroy();
    left.open();
    await gateway.close();
    expect(errors).toEqual([]);
  });

  it("closing: pending answers are sent, and incomplete bodies are not awaited", async () => {
    const called = gate();
    const finish = gate();
    const { url, gateway, port } = await gatewayWith(async () => {
      called.open();
      await finish.opened;
      return { statusCode: 200, body: "done" };
    });
    const half = raw(port, "POST /v1/streamers/a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    const answer = call(url, { body: "x" });
    await called.opened;
    const closed = gateway.close();
    finish.open();
    expect((await answer).body.toString()).toBe("done");
    await Promise.all([closed, half]);
    await expect(call(url, { body: "x" })).rejects.toThrow();
  });

  it("a port in use, by an error that says so", async () => {
    const { port } = await gatewayWith();
    await expect(gatewayWith(undefined, { port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
