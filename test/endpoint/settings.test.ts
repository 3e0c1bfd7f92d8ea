import { describe, expect, it } from "vitest";
import { bookmark, get, jsonline, post, record, token, useStack } from "./local-stack.ts";

/** A streamer's settings. */
const stack = useStack();
const pathOf = (streamer: string) => `/v1/streamers/${streamer}/settings`;
const put = (streamer: string, body: string, headers: Record<string, string> = { "if-match": "*" }) =>
  fetch(`${stack().url}${pathOf(streamer)}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body,
  });
const read = async (streamer: string) => {
  const response = await get(stack(), pathOf(streamer));
  return [response.status, response.headers.get("etag"), await response.json()];
};
const every = (expectedEvery: unknown) => JSON.stringify({ expectedEvery });

it("are read as set, and set only at the version that was read", async () => {
  expect(await read("hourly")).toEqual([200, '"0"', {}]);
  const set = await put("hourly", every("PT1H"), { "if-match": '"0"' });
  expect([set.status, set.headers.get("etag"), await set.json()]).toEqual([
    200,
    '"1"',
    { expectedEvery: "PT1H" },
  ]);
  expect(await read("hourly")).toEqual([200, '"1"', { expectedEvery: "PT1H" }]);
  const late = await put("hourly", "{}", { "if-match": '"0"' });
  expect([late.status, late.headers.get("etag"), await late.json()]).toMatchObject([
    412,
    '"1"',
    { code: "precondition-failed", detail: "The settings are at version 1, which `If-Match` does not name." },
  ]);
  expect((await put("hourly", "{}", { "if-match": '"1"' })).status).toBe(200);
  expect(await read("hourly")).toEqual([200, '"2"', {}]);
});

it("accept one of many concurrent changes", async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => put("raced", every(`PT${i + 1}H`), { "if-match": '"0"' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
});

it("are independent of the streamer's commits", async () => {
  await put("apart", every("P1D"));
  const body = jsonline(record("t", { id: 1 }, ["id"]), bookmark(1));
  expect((await post(stack(), "apart", body, { "if-match": '"0"' })).status).toBe(200);
  await put("apart", every("P2D"));
  expect((await post(stack(), "apart", body, { "if-match": '"1"' })).status).toBe(200);
  expect(await read("apart")).toEqual([200, '"2"', { expectedEvery: "P2D" }]);
});

describe("are refused", () => {
  it.each([
    ['{"every":"PT1H"}', "`every` is not a setting; there is `expectedEvery`."],
    ['{"expectedEvery":"PT1H","__proto__":1}', "`__proto__` is not a setting; there is `expectedEvery`."],
    ["[]", "The body is not a JSON object."],
    ["{", "The body is not a JSON object."],
    ["", "The body is not a JSON object."],
    [every(3_600), "`expectedEvery` must be a string."],
    [every(null), "`expectedEvery` must be a string."],
    [every("1h"), expect.stringMatching(/^`expectedEvery` must be an ISO 8601 duration from PT1M to P3650D/)],
  ])("%s", async (body, detail) => {
    const answer = await put("refused", body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "bad-settings", detail }]);
  });

  it.each([
    [{}, 428, "precondition-required"],
    [{ "if-match": "5" }, 400, "bad-header"],
    [{ "if-match": "*", "content-type": "text/plain" }, 415, "unsupported-type"],
    [{ "if-match": "*", "content-encoding": "gzip" }, 415, "unsupported-encoding"],
    [{ "if-none-match": "*" }, 412, "precondition-failed"],
  ])("with the headers %j", async (headers, status, code) => {
    const answer = await put("refused", "{}", headers as Record<string, string>);
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
  });
});
