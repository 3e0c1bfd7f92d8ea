import fc from "fast-check";
import { expect, it } from "vitest";
import { formats, formatsByText } from "../../../functions/import-api/rules/formats.ts";
import { numRuns } from "../../runs.ts";

const isAccepted = (format: keyof typeof formatsByText, text: string) => {
  // The bytes around a text are never part of it.
  const bytes = Buffer.from(`"${text}"`);
  return formatsByText[format](bytes, 1, bytes.length - 1);
};

/** For each format, texts that its faster check must accept, and the parts of similar texts. */
const cases = {
  "date-time": {
    accepted: ["2026-11-23T12:00:00Z", "2026-11-23T12:00:00.123456+00:00", "1999-02-30T23:59:59.5-07:00"],
    parts: ["2026", "-", "11", "23", "T", "12", ":", "00", "Z", ".", "5", "+", "30", "2026-11-23T12:00:00"],
  },
  email: {
    accepted: ["a.b+c@example.org", "x_1@mail.example.co", "o'neil@a-b.museum"],
    parts: [
      "a",
      "b.c",
      ".",
      "@",
      "-",
      "org",
      "localhost",
      "localdomain",
      "example.",
      "7",
      "+",
      "é",
      "_",
      "!",
    ],
  },
  hostname: {
    accepted: ["example.org", "a-1.example.org", "localhost", "127.example"],
    parts: ["a", "-", ".", "org", "1", "_", "é", "x".repeat(62), "b.c"],
  },
  ipv4: {
    accepted: ["10.0.255.1", "0.0.0.0", "192.168.100.200"],
    parts: ["1", "0", "25", "255", "256", ".", "..", "1.2.3.4", "é", ":"],
  },
  ipv6: {
    accepted: ["::", "::1", "fe80::1", "1::", "2001:db8:0:1:2:3:4:5", "A:b::C"],
    parts: ["1", "0", "ffff", ":", "::", "a:b", "12345", "1.2.3.4", "%eth0", "1:2:3:4:5:6", "g"],
  },
  uri: {
    accepted: ["https://example.org/a/b?c=d&e=%20f#g", "http://h", "ftp://u@h:21/x;y", "https://h?q"],
    parts: ["http", "://", "//", "/", ":", "h", "?", "#", "%20", "%2", "[", "a b", "|", "é", "@", "1", "{"],
  },
} as const satisfies Record<keyof typeof formatsByText, object>;
const names = Object.keys(cases) as (keyof typeof cases)[];

it.each(names.flatMap(name => cases[name].accepted.map(text => [name, text] as const)))(
  "%s is found in %s",
  (name, text) => {
    expect(formats[name]!(text)).toBe(true);
    expect(isAccepted(name, text)).toBe(true);
  },
);

it.each(names)("the faster check of %s accepts only texts that have it", name => {
  const part = fc.constantFrom<string>(...cases[name].parts, ...cases[name].accepted);
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 9 }), fc.nat(40), (parts, cut) => {
      const whole = parts.join("");
      for (const text of [whole, whole.slice(cut), whole.slice(0, cut)]) {
        if (!isAccepted(name, text)) continue;
        expect(formats[name]!(text), text).toBe(true);
        accepted++;
      }
    }),
    { numRuns: numRuns(2_000) },
  );
  expect(accepted).toBeGreaterThan(20);
});
