import { existsSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { LosslessNumber } from "lossless-json";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chargebee } from "../../streamers/chargebee.ts";
import { drift } from "../../streamers/drift.ts";
import { bookmarkOf, type FormatName, formats } from "../../streamers/format.ts";
import { github } from "../../streamers/github.ts";
import { table } from "../../streamers/table.ts";
import { type LocalStack, post, rows, startTestStack } from "../endpoint/local-stack.ts";
import { convert } from "../stitchstream/convert.ts";
import * as ofChargebee from "./chargebee-stand-in.ts";
import * as ofDrift from "./drift-stand-in.ts";
import * as ofGithub from "./github-stand-in.ts";
import { type Read, readRun } from "./runs.ts";
import type { StandIn } from "./stand-in.ts";

/** Each digit of a vendor's numbers is printed, in every format. */
const every = ["jsonline", "transit", "singer"] as const satisfies readonly FormatName[];
const numbers: Readonly<Record<string, string>> = {
  cf_serial: "12345678901234567890",
  cf_ledger: "1610521604143693812",
  cf_rate: "0.12345678901234567891",
  cf_one: "1.0",
  cf_zeros: "12.3400",
  cf_small: "-1.5E-7",
  cf_large: "1e400",
  cf_least: "-9223372036854775809",
  cf_safe: "9007199254740991",
  cf_unsafe: "9007199254740992",
  cf_half: "0.5",
  cf_negative_zero: "-0",
};
const given = Object.entries(numbers).map(([name, text]) => `"${name}":${text}`);
const object = (fields: string) => `{${fields},${given},"nested":[{"cf_ledger":${numbers.cf_ledger}}]}`;

/** A record's line as JSON text. */
const jsonOf = (line: string, format: FormatName) =>
  format === "transit" ? convert(line.trim(), "transit", "json") : line;

function expectDigits(line: string | undefined, format: FormatName): void {
  const json = jsonOf(line!, format);
  for (const each of given) expect(json).toContain(each);
  expect(json).toContain(`"nested":[{"cf_ledger":${numbers.cf_ledger}}]`);
}

const start = {
  github: () =>
    ofGithub.startGithub({
      commits: [ofGithub.commit(1)],
      issues: [],
      pulls: [],
      releases: [],
      stars: [],
    }),
  chargebee: () =>
    ofChargebee.startChargebee({
      customers: [],
      subscriptions: [],
      invoices: [],
      credit_notes: [],
      transactions: [],
      events: [],
    }),
  drift: () =>
    ofDrift.startDrift({
      conversations: [ofDrift.conversation(1)],
      messages: new Map([[1, []]]),
      contacts: new Map(),
      accounts: [],
      tokens: new Set([ofDrift.token]),
    }),
};

const longId = "1610521604143693812";
const cases: Readonly<
  Record<
    string,
    {
      start(): Promise<StandIn>;
      run(url: string, format: FormatName): Promise<Read>;
      answers: readonly [question: RegExp, body: string, stream: string][];
    }
  >
> = {
  github: {
    start: start.github,
    run: (GITHUB_API_URL, format) =>
      readRun(
        github,
        { GITHUB_ACCESS_TOKEN: ofGithub.token, GITHUB_REPO_PATH: ofGithub.repository, GITHUB_API_URL },
        undefined,
        { format },
      ),
    answers: [
      [
        /commits\?.*sha=/,
        `[${object('"sha":"a","commit":{"author":{"date":"2026-01-01T00:00:00Z"},"committer":null}')}]`,
        "commits",
      ],
      [/issues/, `[${object(`"id":${longId},"updated_at":"2026-01-01T00:00:00Z"`)}]`, "issues"],
      [/pulls/, `[${object(`"id":${longId},"updated_at":"2026-01-01T00:00:00Z"`)}]`, "pull_requests"],
      [/releases/, `[${object(`"id":${longId}`)}]`, "releases"],
      [
        /stargazers/,
        `[${object(`"starred_at":"2026-01-01T00:00:00Z","user":{"id":${longId}}`)}]`,
        "stargazers",
      ],
    ],
  },
  chargebee: {
    start: start.chargebee,
    run: (CHARGEBEE_API_URL, format) =>
      readRun(
        chargebee,
        { CHARGEBEE_SITE: "acme", CHARGEBEE_API_KEY: ofChargebee.key, CHARGEBEE_API_URL },
        undefined,
        { format },
      ),
    answers: ["customer", "subscription", "invoice", "credit_note", "transaction", "event"].map(name => [
      new RegExp(`${name}s`),
      `{"list":[{"${name}":${object('"id":"a","updated_at":1767225601')}}]}`,
      `${name}s`,
    ]),
  },
  drift: {
    start: start.drift,
    run: (DRIFT_API_URL, format) =>
      readRun(drift, { DRIFT_ACCESS_TOKEN: ofDrift.token, DRIFT_API_URL }, undefined, { format }),
    answers: [
      [/inboxes/, `{"data":[${object(`"id":${longId}`)}]}`, "inboxes"],
      [/users/, `{"data":[${object(`"id":${longId}`)}]}`, "users"],
      [/accounts/, `{"data":{"accounts":[${object('"accountId":"a"')}]}}`, "accounts"],
      [
        /conversations\/list/,
        `{"data":[${object(`"id":${longId},"contactId":${longId},"updatedAt":1767225600000`)}]}`,
        "conversations",
      ],
      [
        new RegExp(`conversations/${longId}/messages`),
        `{"data":{"messages":[${object(`"id":${longId}`)}]}}`,
        "messages",
      ],
      [new RegExp(`contacts/${longId}`), `{"data":${object(`"id":${longId}`)}}`, "contacts"],
    ],
  },
};

describe.each(Object.entries(cases))("of %s's answers", (_name, { start, run, answers }) => {
  it.each(every)("every digit is printed, as %s, and ids are requested with every digit", async format => {
    const standIn = await start();
    for (const [question, body] of answers) standIn.answerAlways(question, { body });
    const { records, failure } = await run(standIn.url, format);
    await standIn.close();
    expect(failure).toBeUndefined();
    for (const [, body, stream] of answers) {
      expectDigits(records[stream]?.[0], format);
      if (body.includes(`"id":${longId}`)) expect(records[stream]?.[0]).toContain(longId);
    }
  });
});

describe("a record's row", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());

  it("is the same in each format", async () => {
    const standIn = await start.chargebee();
    const [, body] = cases.chargebee!.answers[0]!;
    standIn.answerAlways(/customers/, { body: body.replace('"cf_large":1e400,', "") });
    const sql = `select ${Object.keys(numbers).filter(name => name !== "cf_large")} from customers`;
    const found: unknown[] = [];
    for (const format of every) {
      const { printed } = await cases.chargebee!.run(standIn.url, format);
      expect((await post(stack, format, printed.join(""))).status).toBe(200);
      found.push((await rows(stack, sql)).rows);
    }
    await standIn.close();
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
    expect(JSON.stringify(found[0])).toContain(numbers.cf_ledger);
  });
});

const shared = new URL(
  "../../../shared/data/taps/13-chargebee-answer-with-long-numbers.json",
  import.meta.url,
);

const isAbsent = !existsSync(shared) && process.env.REQUIRE_SHARED_DATA !== "1";

it.skipIf(isAbsent)("the answer stored next to this checkout is printed with every digit", async () => {
  const body = readFileSync(shared, "utf8");
  const standIn = await start.chargebee();
  standIn.answerAlways(/customers/, { body });
  const digits = [...body.matchAll(/"(cf_\w+)":([\d.]+)/g)].map(([each]) => each);
  expect(digits).toHaveLength(3);
  for (const format of every) {
    const { records } = await cases.chargebee!.run(standIn.url, format);
    for (const each of digits) expect(jsonOf(records.customers![0]!, format)).toContain(each);
  }
  await standIn.close();
});

const anything = table("anything", { keys: "id", texts: "id" });
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("~", "^ ", "`a", "~:a", "^0", "constructor"),
  fc
    .tuple(fc.bigInt(), fc.option(fc.stringMatching(/^[0-9]{1,25}$/)))
    .map(
      ([whole, fraction]) => new LosslessNumber(fraction === null ? String(whole) : `${whole}.${fraction}`),
    ),
);
const name = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "hasOwnProperty", "toString", "~a", "^ "),
);
const value = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map(entries => Object.fromEntries(entries) as object),
  ),
})).value;

it("the transit line and the JSON line of any record have the same value", () => {
  void fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), given => {
      const record = anything.row(given);
      const message = { type: "RECORD", table: anything, record } as const;
      const [json, transit] = [formats.jsonline.line(message), formats.transit.line(message)];
      expect(convert(transit.trim(), "transit", "json")).toBe(convert(json.trim(), "json", "json"));
    }),
  );
});

it("a bookmark keeps every digit that another version of the streamer wrote", () => {
  const text = '{"other":{"at":1610521604143693812,"rate":1.0,"page":2}}';
  const value = bookmarkOf(text);
  expect(formats.jsonline.line({ type: "BOOKMARK", value })).toContain(text);
  const transit = '["^ ","other",["^ ","at","~i1610521604143693812","rate","~f1.0","page",2]]';
  expect(formats.transit.line({ type: "BOOKMARK", value })).toContain(transit);
  expect(formats.jsonline.line({ type: "BOOKMARK", value: bookmarkOf(transit) })).toContain(text);
});

it("an instant finer than a millisecond is kept as written", () => {
  const instants = table("instants", { keys: "id", texts: "id", instants: "at" });
  const at = "2026-01-01T00:00:00.123456Z";
  expect(instants.row({ id: "a", at })).toEqual({ id: "a", at });
  const seconds = table("seconds", { keys: "id", texts: "id", instantsAre: "seconds", instants: "at" });
  const fraction = new LosslessNumber("1767225601.0001");
  expect(seconds.row({ id: "a", at: fraction })).toEqual({ id: "a", at: fraction });
  expect(seconds.row({ id: "a", at: new LosslessNumber("1767225601") })).toEqual({
    id: "a",
    at: new Date(1_767_225_601_000),
  });
});
