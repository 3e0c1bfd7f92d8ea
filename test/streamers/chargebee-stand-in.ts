import type { CreditNote, Customer, Event, Invoice, Subscription, Transaction } from "chargebee";
import { type Answer, type StandIn, startStandIn } from "./stand-in.ts";

export const key = "test_key";

/** The site's data. */
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
/** The current second. */
export const now = () => Math.floor(Date.now() / 1_000) - began;

/** A record not updated since 2016-09-28, which has no updated_at in Chargebee. */
export const untouched = <T extends { updated_at?: number }>(held: T): T => ({
  ...held,
  updated_at: undefined,
});

// The structures are those of Chargebee's own client.
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

/** The fields by which each list can be sorted. */
const sorts: Readonly<Record<keyof Held, string>> = {
  customers: "created_at updated_at",
  subscriptions: "created_at updated_at",
  invoices: "date updated_at",
  credit_notes: "date",
  transactions: "date updated_at",
  events: "occurred_at",
};

/** An instant, and an index among the records that share it. */
type InList = readonly [instant: number, number: number];
const compare = (a: InList, b: InList) => a[0] - b[0] || a[1] - b[1];

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

/**
 * Chargebee's API over the current data in `held`: its filters, order, refusals and offsets, such as
 * `["1630848839000","42903379"]`: a page begins after this instant and number.
 */
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
    const sortable = sorts[name].split(" ");
    if (!sortable.includes(by)) return refused(400, "param_wrong_value", `sort_by can't be ${by}`);
    // A record without the instant passes no filter by it, and comes first when sorted by it.
    const found = (held[name] as unknown as Record<string, number | undefined>[])
      .map((each, number) => ({ each, place: [each[by] ?? 0, number] as const }))
      .filter(({ each }) => after === null || (each[filtered] ?? 0) > Number(after))
      .sort((a, b) => compare(a.place, b.place));
    const limit = Number(query.get("limit") ?? 10);
    const offset = (JSON.parse(query.get("offset") ?? "[-1,-1]") as [unknown, unknown]).map(Number);
    const rest = found.filter(({ place }) => compare(place, [offset[0]! / 1_000, offset[1]!]) > 0);
    const page = rest.slice(0, limit);
    const [instant, number] = page.at(-1)?.place ?? [0, 0];
    const next_offset = JSON.stringify([String(instant * 1_000), String(number)]);
    const list = page.map(({ each }) => ({ [item]: each }));
    return { body: { list, ...(rest.length > limit && { next_offset }) } };
  });
