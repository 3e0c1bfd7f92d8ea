import type { Row, State } from "./answers.ts";

/** The states' words, worst first. */
export const stateWords: Readonly<Record<State, string>> = {
  stale: "stale",
  failing: "failing",
  running: "running",
  ok: "up to date",
};

const order = Object.keys(stateWords) as readonly State[];

/**
 * Returns how much of the time that a streamer may be without a new bookmark is over: at 1 it becomes stale.
 * It is 0 if nothing is known.
 */
export function limitUsed({ bookmarkAge, staleAt }: Row, now: number): number {
  if (staleAt === undefined) return 0;
  const left = (Date.parse(staleAt) - now) / 1_000;
  // Without a bookmark, the time counts from a first delivery that no row names.
  if (bookmarkAge === undefined) return left > 0 ? 0 : 2;
  const limit = bookmarkAge + left;
  return limit <= 0 ? 2 : bookmarkAge / limit;
}

/** Returns rows, worst first: by state, then by how much of the limit is used, then by name. */
export function ranked(rows: Iterable<Row>, now: number): readonly Row[] {
  const keyed = [...rows].map(row => ({ row, state: order.indexOf(row.state), used: limitUsed(row, now) }));
  keyed.sort((a, b) => a.state - b.state || b.used - a.used || (a.row.streamer < b.row.streamer ? -1 : 1));
  return keyed.map(({ row }) => row);
}

/** Returns how many rows are in each state. */
export function countStates(rows: Iterable<Row>): Record<State, number> {
  const counts = { stale: 0, failing: 0, running: 0, ok: 0 };
  for (const { state } of rows) counts[state]++;
  return counts;
}
