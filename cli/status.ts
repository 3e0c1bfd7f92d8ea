import type { Days, Failure, Row, Streamer } from "../functions/page/answers.ts";
import { countStates, stateWords } from "../functions/page/ranking.ts";
import { expectation, headlineOf, isCurrent, placeOf, runOf } from "../functions/page/summaries.ts";
import { type Endpoint, objectOf, sendRequest } from "./endpoint.ts";
import { readPage } from "./overview.ts";
import { tableOf } from "./table.ts";
import { type Color, type View, visible, wrapped } from "./text.ts";
import { ago, bytes, count, duration, fullTime, plain } from "./times.ts";
import { counted } from "./words.ts";

const colorsOf: Readonly<Record<string, Color>> = {
  [stateWords.stale]: "yellow",
  [stateWords.failing]: "red",
  [stateWords.running]: "blue",
  [stateWords.ok]: "green",
};
const state = { name: "state", color: (text: string) => colorsOf[text] } as const;
const streamer = { name: "streamer", min: 15 } as const;

/** Rows that are up to date, below those that are not. */
const okRowsMax = 20;
const troublesMax = 10;
const daysShown = 7;

/** Returns the streamers, worst first, and what is wrong with those that need attention. */
export function statusText(rows: readonly Row[], view: View): string {
  const { stale, failing, ok } = countStates(rows);
  const shown = rows.slice(0, rows.length - ok + okRowsMax);
  const rest = rows.length - shown.length;
  const troubled = rows.filter(row => row.state === "stale" || row.state === "failing");
  const more = troubled.length - troublesMax;
  return [
    ...wrapped(`${headlineOf(stale + failing, rows.length, true)}.`, view.width),
    ...(shown.length === 0 ? [] : ["", statusTable(shown, view)]),
    ...(rest === 0
      ? []
      : wrapped(
          `${count(rest)} more ${rest === 1 ? "is" : "are"} up to date: see persist streamers.`,
          view.width,
        )),
    ...troubled.slice(0, troublesMax).flatMap(row => ["", ...troubleLines(row, view)]),
    ...(more > 0
      ? [
          "",
          `${count(more)} more ${more === 1 ? "needs" : "need"} attention: persist status --streamer NAME.`,
        ]
      : []),
  ].join("\n");
}

const statusTable = (rows: readonly Row[], view: View) =>
  tableOf(
    [
      streamer,
      state,
      { name: "bookmark" },
      { name: "expected every", drop: 3 },
      { name: "runs now", drop: 1 },
      { name: "failed last", min: 20, drop: 2 },
    ],
    rows.map(row => ({
      streamer: row.streamer,
      state: stateWords[row.state],
      bookmark: ageOf(row, view),
      "expected every": row.expectedInterval === undefined ? "" : duration(row.expectedInterval),
      "runs now": plain(runOf(row, view.now) ?? ""),
      "failed last": row.lastFailure && `${ago(row.lastFailure.at, view.now)}: ${placeOf(row.lastFailure)}`,
    })),
    view,
  );

const ageOf = ({ bookmarkAge }: Row, { now }: View) =>
  bookmarkAge === undefined ? "none yet" : ago(new Date(now - bookmarkAge * 1_000).toISOString(), now);

/** Returns why a streamer needs attention, and what to do. */
function troubleLines(row: Row, view: View): string[] {
  const { streamer: name, lastFailure } = row;
  const failure = lastFailure && isCurrent(lastFailure, row.committedAt) ? lastFailure : undefined;
  const says = [
    ...(row.state === "stale" ? [`${name} is stale: ${staleness(row)}.`] : []),
    ...(failure === undefined ? [] : [`${name} failed ${ago(failure.at, view.now)}: ${whyOf(failure)}`]),
  ];
  const hint =
    failure === undefined ? "check that its schedule runs, and what its last run said." : failure.hint;
  return [
    ...says.flatMap(text => wrapped(visible(text), view.width)),
    ...(hint === undefined ? [] : wrapped(`What to do: ${visible(hint)}`, view.width, 2)),
    ...(failure === undefined
      ? []
      : wrapped(visible(`persist deliveries ${failure.delivery} --streamer ${name}`), view.width, 2)),
  ];
}

const staleness = (row: Row) =>
  plain(
    row.bookmarkAge === undefined
      ? "it has no bookmark yet"
      : `no new bookmark for ${duration(row.bookmarkAge)}, ${expectation(row)}`,
  );

function whyOf(failure: Failure): string {
  const { stream, message } = failure;
  const place = `${placeOf(failure)}${stream === undefined ? "" : `, stream ${stream}`}`;
  return message === undefined ? place : `${place}: ${message}`;
}

/** Returns all streamers by name, with what they have delivered. */
export function streamersText(rows: readonly Row[], view: View): string {
  if (rows.length === 0) return "No streamer has sent anything yet.";
  const byName = [...rows].sort((a, b) => (a.streamer < b.streamer ? -1 : 1));
  return tableOf(
    [
      streamer,
      state,
      { name: "bookmark" },
      { name: "committed", drop: 3 },
      { name: "records", drop: 1, isNumber: true },
      { name: "deliveries", drop: 2, isNumber: true },
      { name: "revision", drop: 4, isNumber: true },
    ],
    byName.map(row => ({
      streamer: row.streamer,
      state: stateWords[row.state],
      bookmark: ageOf(row, view),
      committed: row.committedAt === undefined ? "never" : ago(row.committedAt, view.now),
      records: count(row.records),
      deliveries: count(row.deliveries),
      revision: count(row.revision),
    })),
    view,
  );
}

/** Resolves to one streamer: what runs, what failed last, and how much came by day. */
export async function streamerText(endpoint: Endpoint, view: View): Promise<string> {
  const { text } = await sendRequest(endpoint, { method: "GET" });
  const found = objectOf(text, endpoint) as Streamer;
  const { days } = await readPage<Days>(endpoint, "/days", "days");
  const { lastFailure: failure } = found;
  const facts: [string, string | undefined][] = [
    ["state", stateWords[found.state]],
    ["bookmark", `${ageOf(found, view)}, ${plain(expectation(found))}`],
    ["stale from", found.staleAt && fullTime(found.staleAt, view.now)],
    ["committed", found.committedAt && fullTime(found.committedAt, view.now)],
    ["in all", `${counted(found.deliveries, "delivery")}, ${counted(found.records, "record")}`],
    ["runs now", plain(runOf(found, view.now) ?? "nothing")],
    ["failed last", failure === undefined ? "never" : fullTime(failure.at, view.now)],
    [
      "since then",
      failure && (isCurrent(failure, found.committedAt) ? "nothing committed" : "committed again"),
    ],
    ["error", failure && whyOf(failure)],
    ["what to do", failure?.hint],
    ["delivery", failure?.delivery],
  ];
  const table = tableOf(
    [{ name: "day" }, { name: "records", isNumber: true }, { name: "size", isNumber: true }],
    days
      .slice(0, daysShown)
      .map(day => ({ day: day.date, records: count(day.records), size: bytes(day.bytes) })),
    view,
  );
  return [visible(found.streamer), ...factLines(facts, view), ...(days.length === 0 ? [] : ["", table])].join(
    "\n",
  );
}

/** Returns names and values in two columns; those without a value are left out. */
export function factLines(
  facts: readonly (readonly [name: string, value: string | undefined])[],
  { width }: View,
): string[] {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  const indent = 2 + Math.max(...known.map(([name]) => name.length));
  return known.flatMap(([name, value]) => {
    const [first = "", ...more] = wrapped(visible(value), width, indent);
    return [name.padEnd(indent) + first.trimStart(), ...more];
  });
}
