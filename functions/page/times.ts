/** Words for times, sizes and counts. */

const units: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** Keeps a number and its unit on one line. */
const nbsp = "\u00a0";

/** Returns a duration in at most two units, such as `1 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const at = units.findIndex(([, size]) => whole >= size);
  if (at === -1) return `0${nbsp}s`;
  const [name, size] = units[at]!;
  const count = Math.floor(whole / size);
  const [smaller, smallerSize] = units[at + 1] ?? ["", 0];
  const rest = smallerSize === 0 ? 0 : Math.floor((whole % size) / smallerSize);
  // Seconds next to minutes, and hours next to many days, are noise.
  if (rest === 0 || name === "min" || (name === "d" && count > 9)) return `${count}${nbsp}${name}`;
  return `${count}${nbsp}${name} ${rest}${nbsp}${smaller}`;
}

/** Returns how long before or after `now` an instant is. Both in ms since the epoch. */
export function relative(instant: number, now: number): string {
  const seconds = (now - instant) / 1_000;
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `${duration(seconds)} ago` : `in ${duration(-seconds)}`;
}

/** Returns an instant to the second, in UTC: what the archive's keys and the logs use. */
export const exact = (instant: string): string => `${instant.slice(0, 19).replace("T", " ")} UTC`;

export const count = (number: number): string => number.toLocaleString("en");

const sizes = ["B", "kB", "MB", "GB", "TB"] as const;

/** Returns a number of bytes, such as `4.2 MB`. */
export function bytes(number: number): string {
  let [size, at] = [number, 0];
  while (size >= 1_000 && at < sizes.length - 1) {
    size /= 1_000;
    at++;
  }
  return `${size >= 100 || at === 0 ? Math.round(size) : Math.round(size * 10) / 10} ${sizes[at]}`;
}
