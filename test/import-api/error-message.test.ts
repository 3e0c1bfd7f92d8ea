import { describe, expect, it } from "vitest";
import { messageOf } from "../../functions/import-api/error-message.ts";

const token = "at_c0ffee";
const words = (body: unknown) => messageOf(typeof body === "string" ? body : JSON.stringify(body), token);

describe("the server's error messages", () => {
  it.each([
    [{ message: "Not Authorized" }, "Not Authorized"],
    [
      { status: "ERROR", message: "Malformed json in the body!", error: "Unexpected character", input: null },
      "Malformed json in the body!; Unexpected character",
    ],
    [
      { error: "Forbidden", errors: { error: "Connection is not active." } },
      "Forbidden; Connection is not active.",
    ],
    [{ status: "ERROR", error: "Invalid region.", errors: "Invalid region." }, "Invalid region."],
    [
      {
        status: "ERROR",
        error: "See errors.",
        errors: [{ reason: { sequence: ["should be an integer", "should be a number"] } }],
      },
      "See errors.; sequence: should be an integer; sequence: should be a number",
    ],
    [{ errors: [{ reason: "Only client_id 1 is allowed" }] }, "Only client_id 1 is allowed"],
    [
      { error: "Record 0 did not conform to schema:\n#/name: expected type: String\n" },
      "Record 0 did not conform to schema:\n#/name: expected type: String",
    ],
    [{ unexpected: "shape" }, '{"unexpected":"shape"}'],
    ["Method not allowed.", "Method not allowed."],
    ['"just a string"', "just a string"],
    ['["a", "b"]', "a; b"],
    ["null", "null"],
    ["{broken", "{broken"],
    ["", ""],
    ["  \r\n ", ""],
  ])("in %j are %j", (body, expected) => {
    expect(words(body)).toBe(expected);
  });

  it("are found in a page", () => {
    const page = `<!DOCTYPE html><html><head><title>413 Request Entity Too Large</title>
      <style>h1{color:red}</style>
      <script>alert("<b>")</script></head><body><h1>Too large</h1>\n<p>nginx</body></html>`;
    expect(words(page)).toBe("413 Request Entity Too Large Too large nginx");
  });

  it("never contain the token", () => {
    expect(words({ message: `Bearer ${token} is unknown, ${token}!` })).toBe(
      "Bearer [token] is unknown, [token]!",
    );
    expect(words(`{"message":"at_\\u0063\\u0030ffee"}`)).toBe("[token]");
    expect(words("at_\u0000c0ffee")).toBe("[token]");
  });

  it("are truncated to 1,000 characters, never within a character or a token", () => {
    expect(words("x".repeat(5_000))).toHaveLength(1_000);
    expect(words(`${"x".repeat(999)}😀`)).toBe("x".repeat(999));
    expect(words(`${"x".repeat(995)}${token}`)).not.toContain("at_");
  });
});
