import { gzipSync } from "node:zlib";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { lambda, toRequest, toResult } from "../../functions/aws/gateway.ts";

function eventWith(members: Partial<APIGatewayProxyEventV2>): APIGatewayProxyEventV2 {
  return {
    version: "2.0",
    routeKey: "POST /v1/streamers/{streamer}",
    rawPath: "/v1/streamers/github",
    rawQueryString: "",
    headers: {},
    requestContext: {
      accountId: "1",
      apiId: "a",
      domainName: "a.example",
      domainPrefix: "a",
      http: {
        method: "POST",
        path: "/v1/streamers/github",
        protocol: "HTTP/1.1",
        sourceIp: "::1",
        userAgent: "curl",
      },
      requestId: "request-1",
      routeKey: "POST /v1/streamers/{streamer}",
      stage: "$default",
      time: "23/Nov/2026:12:00:00 +0000",
      timeEpoch: 1,
    },
    isBase64Encoded: false,
    ...members,
  };
}

const bytes = (body: Uint8Array) => Buffer.from(body);

describe("an event becomes a request", () => {
  it("with method, path, query, headers, cookies and parameter", () => {
    const request = toRequest(
      eventWith({
        rawQueryString: "a=1&a=2&b=%20x",
        headers: { Accept: "text/plain,application/json", "if-match": '"3"' },
        cookies: ["a=1", "b=2"],
        pathParameters: { streamer: "git hub" },
      }),
    );
    expect(request).toMatchObject({
      method: "POST",
      path: "/v1/streamers/github",
      streamer: "git hub",
      requestId: "request-1",
    });
    expect(request.query.getAll("a")).toEqual(["1", "2"]);
    expect(request.query.get("b")).toBe(" x");
    expect(Object.fromEntries(request.headers)).toEqual({
      accept: "text/plain,application/json",
      cookie: "a=1; b=2",
      "if-match": '"3"',
    });
  });

  it("with a text body's bytes", () => {
    const request = toRequest(eventWith({ body: "é😀\n" }));
    expect(bytes(request.body).toString()).toBe("é😀\n");
    expect(request.bodyIsText).toBe(true);
  });

  it("with a base64 body's bytes, of any value", () => {
    const gzip = gzipSync("x".repeat(100_000));
    const request = toRequest(eventWith({ body: gzip.toString("base64"), isBase64Encoded: true }));
    expect(bytes(request.body).equals(gzip)).toBe(true);
    expect(request.bodyIsText).toBe(false);
  });

  it("without a body", () => {
    for (const members of [{}, { body: "" }, { body: "", isBase64Encoded: true }]) {
      const request = toRequest(eventWith(members));
      expect(request.body).toHaveLength(0);
      expect(request.bodyIsText).toBe(false);
    }
    expect(toRequest(eventWith({})).streamer).toBe("");
  });

  it("whatever a stranger sends", () => {
    const headers = {
      "bad\nname": "x",
      "": "x",
      "x-split": "a\r\nb: c",
      "x-emoji": "😀",
      "x-none": undefined,
      __proto__x: "y",
    };
    const request = toRequest(
      eventWith({
        headers: { ...headers, "x-good": "1" },
        cookies: ["\n"],
        rawPath: "/%",
        rawQueryString: "%=%ff&&==",
        pathParameters: { streamer: "%zz/../😀" },
        body: "*** not base64 ***",
        isBase64Encoded: true,
      }),
    );
    expect(request.headers.get("x-good")).toBe("1");
    expect(request.headers.has("x-split")).toBe(false);
    expect(request.headers.has("x-emoji")).toBe(false);
    expect(request.streamer).toBe("%zz/../😀");
  });
});

describe("a response becomes a result", () => {
  const headers = { etag: '"1"' };

  it("with text as text", () => {
    expect(toResult({ status: 200, headers, body: "é" })).toEqual({
      statusCode: 200,
      headers,
      body: "é",
      isBase64Encoded: false,
    });
  });

  it("with bytes as base64, also from a part of a buffer", () => {
    const part = new Uint8Array([9, 0, 255, 9]).subarray(1, 3);
    expect(toResult({ status: 200, headers, body: part })).toEqual({
      statusCode: 200,
      headers,
      body: "AP8=",
      isBase64Encoded: true,
    });
  });
});

describe("a handler", () => {
  const context = { getRemainingTimeInMillis: () => 5_000 } as Context;

  it("passes the deadline on and answers", async () => {
    const seen: number[] = [];
    const handler = lambda(async (request, deadline) => {
      seen.push(deadline);
      return { status: 200, headers: {}, body: request.body };
    });
    const before = Date.now();
    const result = await handler(eventWith({ body: "abc" }), context);
    expect(result).toEqual({ statusCode: 200, headers: {}, body: "YWJj", isBase64Encoded: true });
    expect(seen[0]).toBeGreaterThanOrEqual(before + 5_000);
    expect(seen[0]).toBeLessThanOrEqual(Date.now() + 5_000);
  });

  it("throws what the application throws", async () => {
    const fault = new Error("broken");
    const handler = lambda(() => Promise.reject(fault));
    await expect(handler(eventWith({}), context)).rejects.toBe(fault);
  });
});
