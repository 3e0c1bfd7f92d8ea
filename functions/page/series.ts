import type { Amount, Day } from "./answers.ts";

/** Amounts by day, oldest first; the last one is today's. `name` is undefined for all streams together. */
export interface Series {
  readonly name: string | undefined;
  readonly amounts: readonly number[];
}

const dayMilliseconds = 86_400_000;
/** As many days as the endpoint keeps. */
const daysMax = 35;
const daysMin = 14;

/** Returns each stream's amounts from the first day that is known to today, the largest stream first. */
export function amountsOf(
  days: readonly Day[],
  measure: keyof Amount,
  today: string,
): { readonly dates: readonly string[]; readonly total: Series; readonly streams: readonly Series[] } {
  const byDate = new Map(days.map(day => [day.date, day]));
  const end = Date.parse(today);
  const first = Math.min(end, ...days.map(({ date }) => Date.parse(date)));
  const length = Math.min(daysMax, Math.max(daysMin, Math.round((end - first) / dayMilliseconds) + 1));
  const dates = Array.from({ length }, (_, at) =>
    new Date(end - (length - 1 - at) * dayMilliseconds).toISOString().slice(0, 10),
  );
  const names = new Set(days.flatMap(({ streams }) => streams.map(({ stream }) => stream)));
  const streams = [...names].map(name => {
    const amountOf = (date: string) =>
      byDate.get(date)?.streams.find(({ stream }) => stream === name)?.[measure] ?? 0;
    return { name, amounts: dates.map(amountOf) };
  });
  streams.sort((a, b) => sum(b.amounts) - sum(a.amounts) || (a.name < b.name ? -1 : 1));
  const total = { name: undefined, amounts: dates.map(date => byDate.get(date)?.[measure] ?? 0) };
  return { dates, total, streams };
}

const sum = (amounts: readonly number[]) => amounts.reduce((all, amount) => all + amount, 0);

/** Returns the median of the days on which something came; 0 without any. */
export function usual(amounts: readonly number[]): number {
  const sorted = amounts.filter(amount => amount > 0).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
