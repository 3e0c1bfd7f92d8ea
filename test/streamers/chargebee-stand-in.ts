import type { CreditNote, Customer, Event, Invoice, Subscription, Transaction } from "chargebee";
import { type Answer, type StandIn, startStandIn } from "./stand-in.ts";

export const key = "test_key";

/** What the site holds. */
export interface Held {
  customers: Customer[];
  subscriptions: Subscription[];
  invoices: Invoice[];
  credit_notes: CreditNote[];
  transactions: Transaction[];
  events: Event[];
}

const began = 1_767_225_600;
/** Seconds since the epoch. */
const at = (second: number) => began + second;
/** The second it is. */
export const now = () => Math.floor(Date.now() / 1_000) - began;

/** As Chargebee has what was not updated since 2016-09-28. */
export const untouched = <T extends { updated_at?: number }>(held: T): T => ({
  ...held,
  updated_at: undefined,
});

// The shapes are those of Chargebee's own client.
export const customer = (n: number, second = n, more: Partial<Customer> = {}): Customer => ({
  id: `customer-${n}`,
  first_name: `Ada ${n}`,
  auto_collection: "on",
  net_term_days: 0,
  allow_direct_debit: false,
  created_at: at(n),
  updated_at: at(second),
  deleted: false,
  promotional_credits: 0,
  refundable_credits: 0,
  excess_payments: 0,
  unbilled_charges: 0,
  meta_data: { plan: "gold" },
  cf_favourite: "tea",
  ...more,
});

export const subscription = (n: number, second = n): Subscription => ({
  id: `subscription-${n}`,
  customer_id: `customer-${n}`,
  currency_code: "EUR",
  status: "active",
  has_scheduled_advance_invoices: false,
  has_scheduled_changes: false,
  decommissioned: false,
  deleted: false,
  created_at: at(n),
  updated_at: at(second),
  exchange_rate: 1.25,
  subscription_items: [{ item_price_id: "basic", item_type: "plan", quantity: 1, unit_price: 900 }],
});

export const invoice = (n: number, second = n): Invoice => ({
  id: `${n}`,
  customer_id: `customer-${n}`,
  recurring: true,
  status: "paid",
  price_type: "tax_exclusive",
  currency_code: "EUR",
  date: at(n),
  total: 1_071,
  tax: 171,
  sub_total: 900,
  term_finalized: true,
  is_gifted: false,
  deleted: false,
  updated_at: at(second),
});

export const creditNote = (n: number, second = n): CreditNote => ({
  id: `CN-${n}`,
  customer_id: `customer-${n}`,
  type: "refundable",
  status: "refund_due",
  price_type: "tax_exclusive",
  currency_code: "EUR",
  date: at(n),
  sub_total: 900,
  total: 900,
  deleted: false,
  updated_at: at(second),
});

export const transaction = (n: number, second = n): Transaction => ({
  id: `txn-${n}`,
  customer_id: `customer-${n}`,
  payment_method: "card",
  gateway: "stripe",
  type: "payment",
  status: "success",
  currency_code: "EUR",
  amount: 1_071,
  date: at(n),
  deleted: false,
  updated_at: at(second),
});

export const event = (n: number): Event => ({
  id: `ev-${n}`,
  occurred_at: at(n),
  source: "api",
  event_type: "customer_created",
  webhook_status: "not_configured",
  api_version: "v2",
  content: { customer: customer(n) } as Event["content"],
});

const items: Readonly<Record<keyof Held, string>> = {
  customers: "customer",
  subscriptions: "subscription",
  invoices: "invoice",
  credit_notes: "credit_note",
  transactions: "transaction",
  events: "event",
};

const refused = (status: number, code: string, message: string): Answer => ({
  status,
  body: {
    message,
    type: "invalid_request",
    api_error_code: code,
    error_code: code,
    http_status_code: status,
  },
});

/** Chargebee's API over what `held` holds at the moment: its filters, order, offsets and refusals. */
export const startChargebee = (held: Held): Promise<StandIn> =>
  startStandIn(({ path, query, headers }) => {
    const basic = `Basic ${Buffer.from(`${key}:`).toString("base64")}`;
    if (headers.authorization !== basic)
      return refused(401, "api_authentication_failed", "Sorry, authentication failed. Invalid api key");
    const name = path.replace("/api/v2/", "") as keyof Held;
    const item = items[name];
    if (item === undefined) return refused(404, "resource_not_found", "no such resource");
    const by = query.get("sort_by[asc]") ?? "";
    const filtered = name === "events" ? "occurred_at" : "updated_at";
    const after = query.get(`${filtered}[after]`);
    // What lacks an instant passes no filter of it, and comes first in its order.
    const found = (held[name] as unknown as Record<string, number | undefined>[])
      .filter(each => after === null || (each[filtered] ?? 0) > Number(after))
      .sort((a, b) => (a[by] ?? 0) - (b[by] ?? 0));
    const limit = Number(query.get("limit") ?? 10);
    const [from] = JSON.parse(query.get("offset") ?? '["0"]') as [string];
    const start = Number(from);
    const next = start + limit < found.length ? { next_offset: JSON.stringify([String(start + limit)]) } : {};
    return { body: { list: found.slice(start, start + limit).map(each => ({ [item]: each })), ...next } };
  });
