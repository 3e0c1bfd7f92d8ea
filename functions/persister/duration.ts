/**
 * Durations as ISO 8601 writes them, of a fixed length: `P2W`, or whole days, hours, minutes and seconds such
 * as `P1DT12H`. A day has 24 hours. Years and months differ in length, so they are not accepted.
 */
const weeks = /^P(\d{1,4})W$/;
const parts = /^P(?=.)(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/;
const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000] as const;

/** Returns a duration in milliseconds; undefined for text that is not an accepted one. */
export function durationMilliseconds(text: string): number | undefined {
  const inWeeks = weeks.exec(text);
  if (inWeeks !== null) return Number(inWeeks[1]) * 7 * day;
  const found = parts.exec(text);
  if (found === null) return undefined;
  const [days, hours, minutes, seconds] = found.slice(1).map(part => Number(part ?? 0));
  return days! * day + hours! * hour + minutes! * minute + seconds! * second;
}
