import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chargebee } from "../../streamers/chargebee.ts";
import { type LocalStack, rows, startTestStack } from "../endpoint/local-stack.ts";
import {
  creditNote,
  customer,
  event,
  type Held,
  invoice,
  key,
  now,
  startChargebee,
  subscription,
  transaction,
  untouched,
} from "./chargebee-stand-in.ts";
import { deliverRun } from "./runs.ts";
import { type StandIn, upTo } from "./stand-in.ts";

let stack: LocalStack;
let held: Held;
let standIn: StandIn;
beforeEach(async () => {
  held = {
    customers: upTo(230, n => customer(n)),
    subscriptions: upTo(3, n => subscription(n)),
    invoices: upTo(3, n => invoice(n)),
    credit_notes: upTo(230, n => creditNote(n)),
    transactions: upTo(3, n => transaction(n)),
    events: upTo(110, event),
  };
  [stack, standIn] = await Promise.all([startTestStack(), startChargebee(held)]);
});
afterEach(() => Promise.all([stack.close(), standIn.close()]));

const run = (options?: Parameters<typeof deliverRun>[3], env: Record<string, string> = {}) =>
  deliverRun(
    stack,
    chargebee,
    { CHARGEBEE_SITE: "acme", CHARGEBEE_API_KEY: key, CHARGEBEE_API_URL: standIn.url, ...env },
    options,
  );
const landed = async () => {
  const counts = Object.keys(held).map(table => `(select count(*) from ${table})`);
  return (await rows(stack, `select ${counts.join(", ")}`)).rows[0]!.map(Number);
};
const value = async (sql: string) => (await rows(stack, sql)).rows[0]![0];
const whole = [230, 3, 3, 230, 3, 110];

const formats = ["jsonline", "transit", "singer"] as const;

describe("a site's first run", () => {
  it.each(formats)("sends everything, as %s", async format => {
    await run({ format });
    expect(await landed()).toEqual(whole);
    expect(await value("select updated_at from customers where id = 'customer-7'")).toBe(
      "2026-01-01T00:00:07.000Z",
    );
    expect(await value("select cf_favourite from customers where id = 'customer-7'")).toBe("tea");
    expect(await value("select exchange_rate from subscriptions limit 1")).toBe("1.25");
  });
});

describe("records without updated_at", () => {
  it("are sent with all others, and by a second run if the first one was ended", async () => {
    held.customers = upTo(122, n => (n <= 120 ? untouched(customer(n)) : customer(n)));
    held.invoices = upTo(3, n => untouched(invoice(n)));
    held.transactions = upTo(3, n => (n === 3 ? untouched(transaction(n)) : transaction(n)));
    await run({ bookmarksMax: 1 });
    await run();
    expect(await landed()).toEqual([122, 3, 3, 230, 3, 110]);
  });

  it("are sent again once they are updated", async () => {
    held.customers = upTo(122, n => untouched(customer(n)));
    standIn.beforeNext(/customers.*offset/, () => {
      held.customers[4] = customer(5, now(), { first_name: "Changed" });
    });
    await run();
    expect((await landed())[0]).toBe(122);
    expect(await value("select first_name from customers where id = 'customer-5'")).toBe("Changed");
  });
});

describe("a later run", () => {
  it("sends new, changed and deleted records", async () => {
    await run();
    held.customers[4] = customer(5, now(), { deleted: true });
    held.credit_notes[8] = creditNote(9, now());
    held.events.push(event(111));
    // The records at the bound are sent twice.
    expect((await run()).records).toEqual({ customers: 1, credit_notes: 1, events: 2 });
    expect(await landed()).toEqual([230, 3, 3, 230, 3, 111]);
    expect(await value("select deleted from customers where id = 'customer-5'")).toBe("true");
  });
});

describe("a run in trouble", () => {
  it("retries a page that fails twice, and one whose connection breaks", async () => {
    standIn.answerOnce(/customers.*offset/, { status: 503, body: { message: "later" } });
    standIn.answerOnce(/customers.*offset/, { status: 500, body: { message: "oops" } });
    standIn.answerOnce(/invoices/, "hang up");
    standIn.answerOnce(/transactions/, "break off");
    const { log } = await run();
    expect(log.slice(0, 2)).toEqual([
      "try 2, after 503 Service Unavailable",
      "try 3, after 500 Internal Server Error",
    ]);
    expect(await landed()).toEqual(whole);
  });

  it("waits as long as Retry-After says", async () => {
    standIn.answerOnce(/customers/, {
      status: 429,
      headers: { "retry-after": "7" },
      body: {
        message:
          "Sorry, access has been blocked temporarily due to request count crossing the acceptable limits.",
      },
    });
    expect((await run()).log[0]).toBe("answered 429: next try in 7 s");
    expect(await landed()).toEqual(whole);
  });

  it("misses nothing that changes while it is read", async () => {
    standIn.beforeNext(/customers.*offset/, () => {
      held.customers[10] = customer(11, now(), { first_name: "Changed" });
    });
    standIn.beforeNext(/credit_notes.*offset/, () => {
      held.credit_notes[10] = { ...creditNote(11, now()), status: "voided" };
    });
    await run();
    expect(await landed()).toEqual(whole);
    expect(await value("select first_name from customers where id = 'customer-11'")).toBe("Changed");
    await run();
    expect(await value("select status from credit_notes where id = 'CN-11'")).toBe("voided");
  });

  it("continues if a whole page was updated in one second", async () => {
    await run();
    const second = now();
    held.customers = upTo(250, n => customer(n, second, { first_name: "Changed" }));
    await run();
    expect(await value("select count(*) from customers where first_name = 'Changed'")).toBe("250");
  });

  it("misses none of many records in one second if one of them is updated meanwhile", async () => {
    await run();
    const second = now();
    held.customers = upTo(250, n => customer(n, second, { first_name: "Changed" }));
    standIn.beforeNext(/customers.*offset/, () => {
      held.customers[10] = customer(11, second + 50, { first_name: "Changed again" });
    });
    await run();
    expect(await value("select count(*) from customers where first_name like 'Changed%'")).toBe("250");
    expect(await value("select first_name from customers where id = 'customer-11'")).toBe("Changed again");
  });

  it.each([
    ["customers", 1],
    ["credit_notes", 7],
  ])("restarts a listing if its offset is refused: %s", async (table, bookmarksMax) => {
    await run({ bookmarksMax });
    standIn.answerOnce(new RegExp(`${table}.*offset`), {
      status: 400,
      body: { message: "offset : no more", type: "invalid_request", api_error_code: "param_wrong_value" },
    });
    const before = standIn.asked.length;
    await run();
    expect(await landed()).toEqual(whole);
    const asked = standIn.asked.slice(before).filter(each => each.includes(table));
    expect(asked[0]).toMatch(/offset/);
    expect(asked[1]).not.toMatch(/offset/);
  });

  it("fails if every page is refused, with or without an offset", async () => {
    await run({ bookmarksMax: 1 });
    const answer = { status: 400, body: { message: "no", http_status_code: 400 } };
    for (let times = 0; times < 2; times++) standIn.answerOnce(/customers/, answer);
    await expect(run()).rejects.toThrow(/^customers was not read: .*customers answered 400: no\n/);
  });

  it.each([1, 2, 4, 7, 8])(
    "ended after its bookmark %i, it resumes from there, and everything arrives",
    async bookmarksMax => {
      await run({ bookmarksMax });
      const before = standIn.asked.length;
      await run();
      expect(await landed()).toEqual(whole);
      // It does not request again what it had sent.
      if (bookmarksMax === 7)
        expect(standIn.asked.slice(before).find(each => each.includes("credit_notes"))).toMatch(/offset=/);
    },
  );

  it("says what to do if the key or the address is wrong", async () => {
    await expect(run({}, { CHARGEBEE_API_KEY: "other" })).rejects.toThrow(
      /customers answered 401: Sorry.*\n.*CHARGEBEE_API_KEY/,
    );
    await expect(run({}, { CHARGEBEE_SITE: "acme.chargebee.com" })).rejects.toThrow(
      "CHARGEBEE_SITE: it is the first part",
    );
    await expect(run({}, { CHARGEBEE_API_KEY: "" })).rejects.toThrow("CHARGEBEE_API_KEY is not set");
  });
});
