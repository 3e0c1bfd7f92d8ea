import { describe, expect, it } from "vitest";
import { authenticate, type Scope } from "../../functions/http/authenticate.ts";

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
