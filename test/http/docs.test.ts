import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorCatalogue } from "../../functions/http/error-catalogue.ts";
import * as limits from "../../functions/persister/limits.ts";

describe("the catalogue of errors in docs/errors.md", () => {
  it("is the catalogue in the code, in the same order", () => {
    const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (.*) \| (.*) \|$/gm)];
    expect(rows.map(([, code, status, when, hint]) => [code, Number(status), when, hint])).toEqual(
      Object.entries(errorCatalogue).map(([code, { status, when, hint }]) => [code, status, when, hint]),
    );
  });
});

describe("the table of limits", () => {
  it("has the limits in the code", () => {
    const api = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
    const said = [...api.matchAll(/^\| `([A-Za-z]+M(?:ax|in))` \| (\d+) \|/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]);
    const { inlineBytesMax: _internal, answerBy: __, ...published } = limits;
    expect(Object.fromEntries(said)).toEqual(published);
  });
});
