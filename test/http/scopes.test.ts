import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { change } from "../../functions/change.ts";
import { authenticate, type Scope } from "../../functions/http/authenticate.ts";
import type { Wired } from "../../functions/wire.ts";
import { memoryStore } from "../contracts/memory.ts";

const tokens = (admin?: string) => async () => ({ writer: "writes", admin });
const answerTo = async (authorization: string | undefined, scope: Scope, admin = "may-all") => {
  const headers = new Headers(authorization === undefined ? {} : { authorization });
  try {
    await authenticate(headers, scope, tokens(admin === "" ? undefined : admin));
    return "welcome";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("a token", () => {
  it.each([
    ["Bearer writes", "write", "welcome"],
    ["Bearer writes", "read", "welcome"],
    ["Bearer writes", "admin", "forbidden"],
    ["Bearer may-all", "write", "welcome"],
    ["Bearer may-all", "read", "welcome"],
    ["bearer may-all ", "admin", "welcome"],
    ["Bearer other", "write", "unauthorized"],
    ["Bearer other", "admin", "unauthorized"],
    ["Basic may-all", "admin", "unauthorized"],
    ["Bearer ", "admin", "unauthorized"],
    [undefined, "read", "unauthorized"],
  ] as const)("%s asks to %s: %s", async (authorization, scope, answer) => {
    expect(await answerTo(authorization, scope)).toBe(answer);
  });

  it("of the administrator is nobody's where there is none", async () => {
    expect(await answerTo("Bearer writes", "admin", "")).toBe("forbidden");
    expect(await answerTo("Bearer undefined", "admin", "")).toBe("unauthorized");
    expect(await answerTo(undefined, "admin", "")).toBe("unauthorized");
  });
});

describe("a change by hand", () => {
  const clock = { now: Date.now, sleep: async () => {} };
  const store = { ...memoryStore(), clock, newId: () => "an-id" };
  const wired = { tokens: tokens("may-all"), store } as unknown as Wired;
  const forget = async (token: string) => {
    const event = {
      rawPath: "/v1/streamers/s/bookmark",
      rawQueryString: "",
      headers: { authorization: `Bearer ${token}`, "if-match": '"0"' },
      pathParameters: { streamer: "s" },
      requestContext: { http: { method: "DELETE" }, requestId: "r" },
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2;
    const context = { getRemainingTimeInMillis: () => 10_000 } as Context;
    const { statusCode, body }: APIGatewayProxyStructuredResultV2 = await change(() => wired)(event, context);
    return { statusCode, ...(JSON.parse(body!) as object) };
  };

  it("is the administrator's alone", async () => {
    expect(await forget("other")).toMatchObject({ statusCode: 401, code: "unauthorized" });
    expect(await forget("writes")).toMatchObject({ statusCode: 403, code: "forbidden" });
    expect(await forget("may-all")).toMatchObject({ statusCode: 200, revision: 1 });
  });
});
