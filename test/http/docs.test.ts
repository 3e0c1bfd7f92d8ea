import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { problems } from "../../functions/http/problem.ts";
import * as limits from "../../functions/persister/limits.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
  code,
  Number(status),
]);

describe("the catalogue of errors", () => {
  it("is what the code answers, in the same order", () => {
    expect(rows).toEqual(Object.entries(problems).map(([code, { status }]) => [code, status]));
  });
});

describe("the table of limits", () => {
  it("says what the code holds to", () => {
    const api = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
    const said = [...api.matchAll(/^\| `([A-Za-z]+M(?:ax|in))` \| (\d+) \|/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]);
    const { inlineBytesMax: _internal, answerBy: __, ...published } = limits;
    expect(Object.fromEntries(said)).toEqual(published);
  });
});
