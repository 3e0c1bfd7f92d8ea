import { vary } from "./lines-that-vary.ts";

/** A stream as a Singer tap prints it: its SCHEMA, and records that conform. */
export interface Typed {
  readonly schema: object;
  readonly key?: string;
  record(n: number): Record<string, unknown>;
}

const nullable = (type: string, more: object = {}) => ({ type: ["null", type], ...more });
const text = nullable("string");
const integer = nullable("integer");
const number = nullable("number");
const flag = nullable("boolean");
const time = nullable("string", { format: "date-time" });
/** As singer-python's older taps declare times. */
const eitherTime = {
  anyOf: [{ type: ["null", "string"], format: "date-time" }, { type: ["null", "string"] }],
};
const object = (properties: object, more: object = {}) => ({ type: ["null", "object"], properties, ...more });
const list = (items: object) => ({ type: ["null", "array"], items });
const at = (n: number) => new Date(1_468_435_557_000 + 61_000 * n).toISOString();

const person = object({ login: text, id: integer, url: text, type: text, site_admin: flag });
const personOf = (n: number) => ({
  login: `person-${n % 977}`,
  id: n % 977,
  url: `https://api.example.com/users/person-${n % 977}`,
  type: "User",
  site_admin: false,
});
const address = object({ name: text, line1: text, city: text, zip: text, country: text });
const addressOf = (n: number) => ({
  name: `Customer ${n}`,
  line1: `${n % 300} Main Street`,
  city: "Springfield",
  zip: "01101",
  country: "US",
});

export const typedStreams: Readonly<Record<string, Typed>> = {
  inbox: {
    schema: object({
      orgId: integer,
      name: text,
      id: { type: "integer" },
      status: text,
      createdAt: time,
      openConversationCount: integer,
      totalConversationCount: integer,
    }),
    record: n => ({
      orgId: 9_999,
      name: `Stitch Support ${n}`,
      id: n,
      status: n % 3 === 0 ? "ENABLED" : "DISABLED",
      createdAt: at(n),
      openConversationCount: n % 97,
      totalConversationCount: n % 1_009,
    }),
  },
  commits: {
    key: "sha",
    schema: object({
      sha: text,
      url: text,
      parents: list(object({ sha: text, url: text })),
      files: list(object({ filename: text, additions: integer, deletions: integer, changes: integer })),
      author: person,
      commit: object({
        message: text,
        comment_count: integer,
        author: object({ name: text, email: text, date: eitherTime }),
      }),
    }),
    record: n => ({
      sha: `${n}`.padStart(40, "a1"),
      url: `https://api.example.com/commits/${n}`,
      parents: Array.from({ length: 1 + vary(n, 1, 2) }, (_, i) => ({
        sha: `${n - i}`.padStart(40, "b2"),
        url: `https://api.example.com/commits/${n - i}`,
      })),
      files: Array.from({ length: vary(n, 2, 6) }, (_, i) => ({
        filename: `src/file-${i}.ts`,
        additions: i,
        deletions: 2 * i,
        changes: 3 * i,
      })),
      author: vary(n, 3, 5) === 0 ? null : personOf(n),
      commit: {
        message: `Commit ${n}\n\nIts "reason" is here.`,
        comment_count: 0,
        author: { name: "A Person", email: "person@example.com", date: at(n) },
      },
    }),
  },
  issues: {
    schema: object({
      id: integer,
      number: integer,
      title: text,
      body: text,
      state: { type: ["null", "string"], enum: ["open", "closed", null] },
      user: person,
      labels: list(object({ id: integer, name: text, color: text, default: flag })),
      assignees: list(person),
      milestone: object({ id: integer, title: text, due_on: time }),
      comments: integer,
      created_at: time,
      updated_at: time,
      closed_at: time,
    }),
    record: n => ({
      id: 1_000 + n,
      number: n,
      title: `Issue ${n} of "many"`,
      body: "It does not work.\nIt should. ".repeat(4),
      state: n % 3 === 0 ? "open" : "closed",
      user: personOf(n),
      labels: Array.from({ length: vary(n, 1, 4) }, (_, i) => ({
        id: i,
        name: "bug",
        color: "ededed",
        default: true,
      })),
      assignees: Array.from({ length: vary(n, 2, 3) }, (_, i) => personOf(n + i)),
      milestone: vary(n, 3, 2) === 0 ? null : { id: n % 9, title: "v1", due_on: null },
      comments: n % 7,
      created_at: at(n),
      updated_at: at(n + 5),
      closed_at: n % 3 === 0 ? null : at(n + 5),
    }),
  },
  orders: {
    schema: object({
      id: { type: "integer" },
      email: text,
      total_price: nullable("number", { multipleOf: 0.01 }),
      currency: nullable("string", { maxLength: 3 }),
      created_at: time,
      updated_at: time,
      taxes_included: flag,
      customer: object({ id: integer, email: text, orders_count: integer, total_spent: number }),
      shipping_address: address,
      line_items: list(
        object({
          id: integer,
          sku: text,
          title: text,
          quantity: integer,
          price: nullable("number", { multipleOf: 0.01 }),
        }),
      ),
    }),
    record: n => ({
      id: 450_789_469 + n,
      email: `person-${n}@example.com`,
      total_price: (n % 90_000) / 100,
      currency: "USD",
      created_at: at(n),
      updated_at: at(n + 1),
      taxes_included: false,
      customer: { id: n % 5_000, email: `person-${n}@example.com`, orders_count: n % 12, total_spent: n / 4 },
      shipping_address: addressOf(n),
      line_items: Array.from({ length: 2 }, (_, i) => ({
        id: 10 * n + i,
        sku: `SKU-${n % 400}-${i}`,
        title: "A thing that is sold",
        quantity: 1 + i,
        price: (n % 4_000) / 100,
      })),
    }),
  },
  charges: {
    schema: object({
      id: { type: "string" },
      amount: integer,
      currency: text,
      created: eitherTime,
      paid: flag,
      metadata: object({}),
      outcome: object({ network_status: text, risk_level: text, risk_score: integer, type: text }),
      refunds: { anyOf: [list(object({ id: text, amount: integer })), { type: "null" }] },
      source: object({
        id: text,
        brand: text,
        last4: text,
        exp_month: integer,
        exp_year: integer,
        address: text,
      }),
      billing_details: object({ address, email: text, name: text, phone: text }),
    }),
    record: n => ({
      id: `ch_${n}`,
      amount: n % 100_000,
      currency: "usd",
      created: at(n),
      paid: true,
      metadata: Object.fromEntries(Array.from({ length: vary(n, 1, 3) }, (_, i) => [`order_${i}`, `${n}`])),
      outcome:
        vary(n, 2, 4) === 0
          ? null
          : {
              network_status: "approved_by_network",
              risk_level: "normal",
              risk_score: n % 64,
              type: "authorized",
            },
      refunds:
        vary(n, 3, 3) === 0
          ? null
          : Array.from({ length: vary(n, 4, 2) }, () => ({ id: `re_${n}`, amount: n % 50 })),
      source: { id: `card_${n}`, brand: "Visa", last4: "4242", exp_month: 8, exp_year: 2029, address: null },
      billing_details: { address: addressOf(n), email: null, name: `Person ${n}`, phone: null },
    }),
  },
};
