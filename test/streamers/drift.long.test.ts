import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drift } from "../../streamers/drift.ts";
import { type LocalStack, rows, startTestStack } from "../endpoint/local-stack.ts";
import {
  account,
  app,
  at,
  contact,
  conversation,
  type Held,
  message,
  startDrift,
  token,
} from "./drift-stand-in.ts";
import { deliverRun } from "./runs.ts";
import { type StandIn, upTo } from "./stand-in.ts";

let stack: LocalStack;
let held: Held;
let standIn: StandIn;
beforeEach(async () => {
  held = {
    conversations: upTo(130, n => conversation(n)),
    messages: new Map(upTo(130, n => [n, upTo(n % 5, each => message(n, each))])),
    contacts: new Map(upTo(40, n => [9_999 + n, contact(9_999 + n)])),
    accounts: upTo(120, n => account(n)),
    tokens: new Set([token]),
  };
  [stack, standIn] = await Promise.all([startTestStack(), startDrift(held)]);
});
afterEach(() => Promise.all([stack.close(), standIn.close()]));

const run = (
  options?: Parameters<typeof deliverRun>[3],
  env: Record<string, string> = { DRIFT_ACCESS_TOKEN: token },
) => deliverRun(stack, drift, { DRIFT_API_URL: standIn.url, ...env }, options);
const landed = async () => {
  const tables = ["inboxes", "users", "accounts", "conversations", "messages", "contacts"];
  const counts = tables.map(table => `(select count(*) from ${table})`);
  return (await rows(stack, `select ${counts.join(", ")}`)).rows[0]!.map(Number);
};
const value = async (sql: string) => (await rows(stack, sql)).rows[0]![0];
const whole = [1, 2, 120, 130, 260, 40];

const formats = ["jsonline", "transit", "singer"] as const;

describe("an organization's first run", () => {
  it.each(formats)("sends everything, as %s", async format => {
    await run({ format });
    expect(await landed()).toEqual(whole);
    expect(await value("select createdAt from inboxes")).toBe("2016-07-13T18:45:57.000Z");
  });

  it("requests a token if it has an app's credentials, and another one when that expires", async () => {
    standIn.beforeNext(/conversations\/7\/messages/, () => held.tokens.clear());
    await run({}, app);
    expect(await landed()).toEqual(whole);
    expect(standIn.asked.filter(each => each === "/oauth2/token")).toHaveLength(2);
  });
});

describe("a later run", () => {
  it("sends what is new or has changed", async () => {
    await run();
    held.conversations[3] = conversation(4, 1_000, "closed");
    held.messages.get(4)!.push(message(4, 5));
    held.accounts[6] = account(7, Date.now() / 1_000 - at(0) / 1_000 + 60);
    const { records } = await run();
    // The records at the bound are sent twice.
    expect(records).toEqual({
      inboxes: 1,
      users: 2,
      accounts: 1,
      conversations: 2,
      messages: 5,
      contacts: 2,
    });
    expect(await value("select status from conversations where id = 4")).toBe("closed");
    expect((await landed())[4]).toBe(261);
  });
});

describe("a run in trouble", () => {
  it("retries a page that fails twice, and one whose connection breaks", async () => {
    for (const status of [500, 503]) standIn.answerOnce(/page_token/, { status, body: {} });
    standIn.answerOnce(/accounts/, "hang up");
    standIn.answerOnce(/inboxes/, "break off");
    await run();
    expect(await landed()).toEqual(whole);
  });

  it("waits as long as Retry-After says", async () => {
    standIn.answerOnce(/users/, { status: 429, headers: { "retry-after": "7" }, body: {} });
    expect((await run()).log).toContain("answered 429: next try in 7 s");
    expect(await landed()).toEqual(whole);
  });

  it("misses no conversation that changes while they are read", async () => {
    standIn.beforeNext(/page_token/, () => {
      held.conversations[10] = conversation(11, 2_000, "closed");
    });
    await run();
    await run();
    expect(await landed()).toEqual(whole);
    expect(await value("select status from conversations where id = 11")).toBe("closed");
  });

  it("misses no account if one is deleted while they are read", async () => {
    held.accounts = upTo(150, n => account(n));
    standIn.beforeNext(/accounts\?index=[1-9]/, () => {
      held.accounts.splice(4, 1);
    });
    await run();
    await run();
    expect(await value("select count(*) from accounts where name = 'Example 101'")).toBe("1");
    expect((await run()).records.accounts).toBeUndefined();
  });

  it("skips deleted contacts", async () => {
    held.contacts.delete(10_005);
    await run();
    expect((await landed())[5]).toBe(39);
  });

  it("skips a conversation that is deleted while it is read, and sends all others", async () => {
    standIn.beforeNext(/conversations\/104\/messages$/, () => held.messages.delete(104));
    standIn.beforeNext(/conversations\/109\/messages\?next/, () => held.messages.delete(109));
    await run();
    expect(await landed()).toEqual([1, 2, 120, 130, 260 - 4 - 2, 40]);
  });

  it.each([1, 2, 3, 4])(
    "ended after its bookmark %i, it resumes from there, and everything arrives",
    async bookmarksMax => {
      await run({ bookmarksMax });
      const before = standIn.asked.length;
      await run();
      expect(await landed()).toEqual(whole);
      // It does not request again what it had sent.
      if (bookmarksMax === 3)
        expect(standIn.asked.slice(before).find(each => each.includes("list?"))).toMatch(/page_token=50.100/);
    },
  );

  it("restarts if its page token has expired", async () => {
    await run({ bookmarksMax: 2 });
    standIn.answerOnce(/page_token/, { status: 400, body: { error: { type: "validation_error" } } });
    await run();
    expect(await landed()).toEqual(whole);
  });

  it("says what to do if the token is wrong or missing", async () => {
    await expect(run({}, { DRIFT_ACCESS_TOKEN: "other" })).rejects.toThrow(/401: .*\n.*DRIFT_ACCESS_TOKEN/);
    await expect(run({}, { ...app, DRIFT_REFRESH_TOKEN: "other" })).rejects.toThrow(
      /401: invalid_grant\n.*\n.*DRIFT_REFRESH_TOKEN/,
    );
    await expect(run({}, { DRIFT_CLIENT_ID: "client" })).rejects.toThrow(
      "DRIFT_CLIENT_SECRET and DRIFT_REFRESH_TOKEN",
    );
  });
});
