import type { Deliveries, Delivery } from "../functions/page/answers.ts";
import { tookOf } from "../functions/page/summaries.ts";
import { type Endpoint, objectOf, sendRequest } from "./endpoint.ts";
import { queryOf, readPage } from "./overview.ts";
import { factLines } from "./status.ts";
import { tableOf } from "./table.ts";
import { type Color, type View, visible, wrapped } from "./text.ts";
import { ago, bytes, count, fullTime, plain } from "./times.ts";

const colorsOf: Readonly<Record<string, Color>> = { committed: "green", failed: "red", unfinished: "yellow" };
const failuresMax = 3;

/** Resolves to the newest deliveries, at most `limit`, and why the newest failures failed. */
export async function deliveriesText(
  endpoint: Endpoint,
  limit: number | undefined,
  view: View,
): Promise<string> {
  const path = `/deliveries${queryOf({ limit })}`;
  const { deliveries } = await readPage<Deliveries>(endpoint, path, "deliveries");
  if (deliveries.length === 0) return "No delivery has ended yet.";
  const failed = deliveries.filter(({ detail }) => detail !== undefined).slice(0, failuresMax);
  return [
    deliveriesTable(deliveries, view),
    ...failed.flatMap(delivery => ["", ...failureLines(delivery, view)]),
  ].join("\n");
}

const deliveriesTable = (deliveries: readonly Delivery[], view: View) =>
  tableOf(
    [
      { name: "received" },
      { name: "outcome", color: text => colorsOf[text.split(":")[0]!], min: 12 },
      { name: "records", isNumber: true, drop: 1 },
      { name: "size", isNumber: true, drop: 3 },
      { name: "took", isNumber: true, drop: 4 },
      { name: "delivery", drop: 2 },
    ],
    deliveries.map(({ delivery, receivedAt, outcome, code, records, bytes: size, milliseconds }) => ({
      delivery,
      received: ago(receivedAt, view.now),
      outcome: code === undefined ? outcome : `${outcome}: ${code}`,
      records: records === undefined ? "" : count(records),
      size: size === undefined ? "" : bytes(size),
      took: plain(tookOf(milliseconds) ?? ""),
    })),
    view,
  );

const failureLines = ({ delivery, detail = "", hint }: Delivery, view: View): string[] => [
  ...wrapped(`${delivery} failed: ${visible(detail)}`, view.width),
  ...(hint === undefined ? [] : wrapped(`What to do: ${visible(hint)}`, view.width, 2)),
];

/** Resolves to one delivery: its outcome, and its receipt or why it failed. */
export async function deliveryText(endpoint: Endpoint, id: string, view: View): Promise<string> {
  const path = `/deliveries/${encodeURIComponent(id)}`;
  const { text } = await sendRequest(endpoint, { method: "GET", path });
  const found = objectOf(text, endpoint) as Delivery;
  const {
    receivedAt,
    outcome,
    revision,
    records,
    bytes: size,
    milliseconds = {},
    code,
    detail,
    hint,
  } = found;
  const parts = Object.entries(milliseconds).map(([name, each]) => `${name} ${each} ms`);
  return factLines(
    [
      ["delivery", found.delivery],
      ["received", fullTime(receivedAt, view.now)],
      ["outcome", outcome],
      ["error", code],
      ["why", detail],
      ["what to do", hint],
      ["revision", revision === undefined ? undefined : count(revision)],
      ["records", records === undefined ? undefined : count(records)],
      ["size", size === undefined ? undefined : bytes(size)],
      [
        "took",
        parts.length === 0 ? undefined : `${plain(tookOf(milliseconds) ?? "0 ms")}: ${parts.join(", ")}`,
      ],
      ["body", found.archive],
    ],
    view,
  ).join("\n");
}
