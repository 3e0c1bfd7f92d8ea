import type { Amount, Day } from "./answers.ts";
import { type Api, ApiError } from "./api.ts";
import { h, svg } from "./dom.ts";
import { amountsOf, type Series, usual } from "./series.ts";
import { bytes, count } from "./times.ts";
import { errorBox, section } from "./words.ts";

type Measure = keyof Amount;
const words: Readonly<Record<Measure, (number: number) => string>> = { records: count, bytes };
const titles: Readonly<Record<Measure, string>> = { records: "Records", bytes: "Bytes" };

/** Resolves to how much came per stream and day, today against the days before. */
export async function daysSection(api: Api, name: string): Promise<HTMLElement> {
  const body = h("div");
  const titled = section("Per stream and day", body);
  try {
    const { days } = await api.days(name);
    if (days.length === 0) body.append(h("p", { class: "muted" }, "Nothing has been counted yet."));
    else body.append(tableOf(days, "records"), tableOf(days, "bytes"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // An endpoint of an earlier version counts nothing.
    if (error.status === 404) titled.hidden = true;
    else body.append(errorBox(error));
  }
  return titled;
}

/** Returns the table of one measure: a row for all streams, and one for each. */
function tableOf(days: readonly Day[], measure: Measure): HTMLElement {
  const today = new Date().toISOString().slice(0, 10);
  const { dates, total, streams } = amountsOf(days, measure, today);
  const heads = [
    `${titles[measure]} by stream`,
    `${dates.length} days`,
    "Today so far",
    "Yesterday",
    "A usual day",
  ];
  const head = heads.map((text, at) => h("th", { scope: "col", class: at < 2 ? "" : "number" }, text));
  const rows = [total, ...streams].map(series => rowOf(series, dates, words[measure]));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": `${titles[measure]} per stream and day` },
    h(
      "table",
      { class: "days" },
      h("caption", { class: "visually-hidden" }, `${titles[measure]} per stream and day, in UTC`),
      h("thead", {}, h("tr", {}, ...head)),
      h("tbody", {}, ...rows),
    ),
  );
}

function rowOf({ name, amounts }: Series, dates: readonly string[], word: (number: number) => string) {
  const [yesterday = 0, today = 0] = amounts.slice(-2);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name === undefined ? "all streams" : h("code", {}, name)),
    h("td", {}, bars(amounts, dates, word)),
    h("td", { class: "number" }, h("b", {}, word(today))),
    h("td", { class: "number" }, word(yesterday)),
    h("td", { class: "number muted" }, word(usual(amounts.slice(0, -1)))),
  );
}

const [barWidth, gap, height] = [5, 2, 28];

/** Returns a bar a day, today's in the accent's colour. Each one's tooltip has its date and its amount. */
function bars(amounts: readonly number[], dates: readonly string[], word: (number: number) => string) {
  const highest = Math.max(1, ...amounts);
  const width = amounts.length * (barWidth + gap);
  const rects = amounts.map((amount, at) => {
    const tall = amount === 0 ? 1 : Math.max(2, Math.round((amount / highest) * height));
    const x = at * (barWidth + gap);
    const kind = at === amounts.length - 1 ? "today" : amount === 0 ? "empty" : "before";
    const bar = { x, y: height - tall, width: barWidth, height: tall, rx: 1, class: kind };
    return svg("rect", bar, svg("title", {}, `${dates[at]}: ${word(amount)}`));
  });
  const label = `Bars of ${amounts.length} days, the highest ${word(highest)}`;
  return svg(
    "svg",
    { class: "bars", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    ...rects,
  );
}
