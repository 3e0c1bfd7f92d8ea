import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { call, closeGatewaysAfterEach, gatewayWith, raw } from "./gateway-caller.ts";

closeGatewaysAfterEach();

const json = (body: Buffer) => JSON.parse(body.toString()) as unknown;
const octets = { "content-type": "application/octet-stream" };

describe("limits", () => {
  const MiB = 1024 * 1024;

  it("of 10 MB: 413", async () => {
    const { url, events } = await gatewayWith();
    for (const size of [10 * MiB, 10 * MiB + 1]) {
      const answer = await call(url, { body: Buffer.alloc(size, "x"), headers: octets });
      expect(answer.status).toBe(413);
      expect(json(answer.body)).toEqual({ message: "Request Entity Too Large" });
    }
    expect(events).toHaveLength(0);
  });

  it("of Lambda's 6 MB as base64: 413", async () => {
    const { url, events } = await gatewayWith();
    expect((await call(url, { body: Buffer.alloc(4.5 * MiB - 3_000), headers: octets })).status).toBe(200);
    expect((await call(url, { body: Buffer.alloc(4.5 * MiB), headers: octets })).status).toBe(413);
    expect(events).toHaveLength(1);
  });

  it("of Lambda's 6 MB as text, which JSON escapes", async () => {
    const { url } = await gatewayWith();
    const headers = { "content-type": "text/plain" };
    expect((await call(url, { body: "x".repeat(6 * MiB - 3_000), headers })).status).toBe(200);
    expect((await call(url, { body: "x".repeat(6 * MiB), headers })).status).toBe(413);
    expect((await call(url, { body: '"'.repeat(3 * MiB), headers })).status).toBe(413);
  });

  it("are reported to a client that sends Expect: 100-continue", async () => {
    const { url, events } = await gatewayWith();
    const headers = { ...octets, expect: "100-continue" };
    const body = Buffer.alloc(4 * MiB, "x");
    expect((await call(url, { body, headers: { ...headers, "content-length": body.length } })).status).toBe(
      200,
    );
    expect(Buffer.from(events[0]!.body!, "base64").equals(body)).toBe(true);
    expect(events[0]!.headers).not.toHaveProperty("expect");
    expect((await call(url, { headers: { ...headers, "content-length": 11 * MiB } })).status).toBe(413);
  });

  it("let curl's large bodies through", async () => {
    const { url } = await gatewayWith(async event => ({ statusCode: 200, body: String(event.body!.length) }));
    expect(await curl(url, Buffer.alloc(3 * MiB, "x"))).toBe(`${4 * MiB} 200`);
  });

  it.each([[""], ["Expect:"], ["Transfer-Encoding: chunked"]])(
    "answer curl with the header %j",
    async header => {
      const args = header === "" ? [] : ["-H", header];
      const { url } = await gatewayWith();
      for (const size of [12 * MiB, 48 * MiB]) {
        expect(await curl(url, Buffer.alloc(size), ...args)).toBe(
          '{"message":"Request Entity Too Large"} 413',
        );
      }
    },
  );

  it("of time for a slow body: the request is given up", async () => {
    const { port, events } = await gatewayWith(undefined, { requestTimeoutMilliseconds: 50 });
    const received = await raw(
      port,
      "POST /v1/streamers/a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
    );
    expect(received).toMatch(/^(HTTP\/1.1 408 |$)/);
    expect(events).toHaveLength(0);
  });
});

/** Curl's output: body and status. */
async function curl(url: string, body: Buffer, ...args: string[]): Promise<string> {
  const running = promisify(execFile)("curl", [
    "-sS",
    "-m",
    "20",
    "-w",
    " %{http_code}",
    ...args,
    "--data-binary",
    "@-",
    url,
  ]);
  running.child.stdin!.on("error", () => {}).end(body);
  return (await running).stdout;
}
