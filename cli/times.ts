import * as page from "../functions/page/times.ts";

/** The page's words for times, with plain spaces: people search and paste what a terminal shows. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

/** Returns a duration in seconds, such as `1 h 5 min`. */
export const duration = (seconds: number): string => plain(page.duration(seconds));

/** Returns how long before or after `now` an instant is; now in ms since the epoch. */
export const ago = (instant: string, now: number): string => plain(page.relative(Date.parse(instant), now));

/** Returns an instant, relative to now and to the second. */
export const fullTime = (instant: string, now: number): string =>
  `${ago(instant, now)}, ${page.exact(instant)}`;

export { bytes, count } from "../functions/page/times.ts";
export { plain };

/** Returns seconds as a stopwatch shows them, such as `0:04` or `1:02:03`. */
export function clockTime(seconds: number): string {
  const [whole, two] = [Math.floor(seconds), (number: number) => String(number).padStart(2, "0")];
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
