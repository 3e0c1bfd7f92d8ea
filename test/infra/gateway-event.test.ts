import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { toRequest } from "../../functions/aws/gateway.ts";
import { call, closeGatewaysAfterEach, gatewayWith, raw } from "./gateway-caller.ts";

closeGatewaysAfterEach();

const octets = { "content-type": "application/octet-stream" };

describe("the event", () => {
  it("is of payload format 2.0", async () => {
    const began = Date.now();
    const { url, events } = await gatewayWith();
    await call(url, {
      path: "/v1/streamers/git%20hub?a=1&a=%202&b",
      headers: { "User-Agent": "curl/8" },
      body: "x",
    });
    const event = events[0]!;
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "POST /v1/streamers/{streamer}",
      rawPath: "/v1/streamers/git%20hub",
      rawQueryString: "a=1&a=%202&b",
      queryStringParameters: { a: "1, 2", b: "" },
      pathParameters: { streamer: "git hub" },
      requestContext: {
        routeKey: "POST /v1/streamers/{streamer}",
        stage: "$default",
        http: {
          method: "POST",
          path: "/v1/streamers/git%20hub",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "curl/8",
        },
      },
    });
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(event.requestContext.timeEpoch).toBeGreaterThanOrEqual(began);
    expect(event.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  });

  it("omits empty parts", async () => {
    const { gateway, events } = await gatewayWith(undefined, { path: "/v1/health" });
    await call(`${gateway.url}/v1/health`, { method: "GET" });
    for (const name of ["cookies", "queryStringParameters", "pathParameters", "body"])
      expect(events[0]).not.toHaveProperty(name);
  });

  it("joins repeated headers and separates cookies", async () => {
    const { port, events } = await gatewayWith();
    await raw(
      port,
      "GET /v1/streamers/a HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2, 3\r\nCookie: a=1; b=2\r\nX-Latin: " +
        "\xe9\r\n__proto__: x\r\nConnection: close\r\n\r\n",
    );
    const { headers, cookies } = events[0]!;
    expect(headers).toMatchObject({
      "x-a": "1,2, 3",
      host: "h",
      "x-forwarded-proto": "http",
      "x-forwarded-for": "127.0.0.1",
    });
    expect(Object.keys(headers)).toContain("__proto__");
    expect(headers).not.toHaveProperty("cookie");
    expect(headers).not.toHaveProperty("connection");
    expect(cookies).toEqual(["a=1", "b=2"]);
    expect(toRequest(events[0]!).headers.get("cookie")).toBe("a=1; b=2");
  });

  it.each([
    ["text/plain; charset=utf-8", true],
    ["text/csv", true],
    ["application/json", true],
    ["Application/JSON", true],
    ["application/xml", true],
    ["application/javascript", true],
    ["application/x-www-form-urlencoded", false],
    ["application/octet-stream", false],
    ["application/problem+json", false],
    ["application/transit+json", false],
    ["", false],
  ])("carries a body of type %j as text: %s", async (type, isText) => {
    const { url, events } = await gatewayWith();
    await call(url, { body: '{"é":1}\n', headers: type === "" ? {} : { "content-type": type } });
    const event = events[0]!;
    expect(event.isBase64Encoded).toBe(!isText);
    expect(event.body).toBe(isText ? '{"é":1}\n' : Buffer.from('{"é":1}\n').toString("base64"));
    expect(toRequest(event)).toMatchObject({ bodyIsText: isText, body: Buffer.from('{"é":1}\n') });
  });

  it("keeps a gzip body sent as octets and destroys one sent as JSON", async () => {
    const { url, events } = await gatewayWith();
    const body = gzipSync("stitchstream");
    await call(url, { body, headers: { ...octets, "content-encoding": "gzip" } });
    await call(url, { body, headers: { "content-type": "application/json", "content-encoding": "gzip" } });
    const [kept, destroyed] = events.map(toRequest);
    expect(kept!.body).toEqual(body);
    expect(kept!.bodyIsText).toBe(false);
    expect(destroyed!.body).not.toEqual(body);
    expect(destroyed!.bodyIsText).toBe(true);
  });

  it("contains a chunked body as a whole", async () => {
    const { port, events } = await gatewayWith();
    await raw(
      port,
      "POST /v1/streamers/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: " +
        "close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    );
    expect(Buffer.from(events[0]!.body!, "base64").toString()).toBe("abcde");
    expect(events[0]!.headers).toMatchObject({ "content-length": "5" });
    expect(events[0]!.headers).not.toHaveProperty("transfer-encoding");
  });

  it("comes with a context that counts down", async () => {
    const { url, contexts } = await gatewayWith(undefined, { timeoutMilliseconds: 3_600_000 });
    await call(url, { body: "x" });
    const context = contexts[0]!;
    expect(context.functionName).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
    expect(context.awsRequestId).not.toBe("");
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    expect(context.getRemainingTimeInMillis()).toBeLessThanOrEqual(3_600_000);
  });
});
