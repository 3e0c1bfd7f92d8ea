import { describe, expect, it } from "vitest";
import { formatOf } from "../../functions/persister/json-schema/drafts.ts";

const formats = [
  "date-time",
  "date",
  "time",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uri",
  "uuid",
  "json-pointer",
];
/** What a text of sixteen megabytes is made of, behind what it begins with. */
const texts = [
  ["", "a"],
  ["", "1"],
  ["", ":"],
  ["", "a."],
  ["a@", "a."],
  ["a@", `${"a".repeat(60)}.`],
  ["a@", "a-"],
  ["", "a-"],
  ["", "@"],
  ["12:00:00.", "1"],
  ["2026-01-01T12:00:00.", "1"],
  ["::", "f:"],
  ["http://a/", "a/"],
  ["a", "+"],
  ["urn:uuid:", "a"],
  ["", "/a"],
  ["/", "~0"],
  ["", "/a~"],
  ["", "😀"],
] as const;
const chars = 2_000_000;

describe("a format is checked in a long text with no more of the stack", () => {
  it.each(texts)("%s and many of %s", (head, part) => {
    const text = head + part.repeat(chars / part.length);
    for (const format of formats) for (const tail of ["", "a", " "]) formatOf(format)!(text + tail);
  });
});

describe("json-pointer", () => {
  it.each(["", "/", "/a/0", "//", "/~0~1", "/a\n/é"])("is %j", text => {
    expect(formatOf("json-pointer")!(text)).toBe(true);
  });
  it.each(["a", "#/a", "/~", "/~2", "/~/"])("is not %j", text => {
    expect(formatOf("json-pointer")!(text)).toBe(false);
  });
});

describe("email", () => {
  const host = (length: number) => `${"a.".repeat(length / 2)}example.com`;
  it.each(["a@b", "a.b+c@example.com", `${"a".repeat(64)}@${host(200)}`])("is %s", text => {
    expect(formatOf("email")!(text)).toBe(true);
  });
  it.each(["a", "a@", "@b", "a@b..c", "a@-b", `${"a".repeat(64)}@${host(250)}`])("is not %s", text => {
    expect(formatOf("email")!(text)).toBe(false);
  });
});
