import { describe, expect, it } from "vitest";
import { toRequest } from "../../functions/aws/gateway.ts";
import { call, closeGatewaysAfterEach, gatewayWith } from "./gateway-caller.ts";

closeGatewaysAfterEach();

const json = (body: Buffer) => JSON.parse(body.toString()) as unknown;

describe("a streamer's name", () => {
  it.each([
    ["of a parent folder", "%2e%2e%2f", "../"],
    ["of two dots", "..", ".."],
    ["that is an emoji", "%F0%9F%98%80", "😀"],
    ["with a NUL", "a%00b", "a\u0000b"],
    ["that is a percent sign", "%", "%"],
    ["that is not UTF-8", "%ff", "%ff"],
    ["encoded twice", "%252e", "%2e"],
    ["in braces", "{streamer}", "{streamer}"],
    ["of 10,000 characters", "x".repeat(10_000), "x".repeat(10_000)],
  ])("%s arrives decoded once", async (_name, segment, expected) => {
    const { url, events } = await gatewayWith();
    const { status } = await call(url, { path: `/v1/streamers/${segment}`, body: "x" });
    expect(status).toBe(200);
    expect(toRequest(events[0]!).streamer).toBe(expected);
  });

  it.each([
    "/v1/streamers/",
    "/v1/streamers",
    "/v1/streamers/a/b",
    "/v1/streamers/a/",
    "/",
    "*",
    "/v2/streamers/a",
    "/v1//a",
  ])("%s is not found", async path => {
    const { url, events } = await gatewayWith();
    const answer = await call(url, { path, body: "x" });
    expect(answer.status).toBe(404);
    expect(json(answer.body)).toEqual({ message: "Not Found" });
    expect(events).toHaveLength(0);
  });

  it("of a target with a host is found", async () => {
    const { url, events } = await gatewayWith();
    await call(url, { path: "http://elsewhere.example/v1/streamers/a?b=1" });
    expect(events[0]).toMatchObject({ rawPath: "/v1/streamers/a", rawQueryString: "b=1" });
  });

  it("of a method without a route is not found", async () => {
    const { url } = await gatewayWith();
    expect((await call(url, { method: "DELETE" })).status).toBe(404);
  });
});
