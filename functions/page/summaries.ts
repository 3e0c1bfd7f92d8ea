import type { Failure, Row } from "./answers.ts";
import { count, duration } from "./times.ts";

/** Sentences about streamers, for the page and the command line alike. */

const plural = (number: number) => (number === 1 ? "streamer" : "streamers");

/** Returns how many streamers need attention; `isWhole` if all have been read. */
export function headlineOf(troubled: number, all: number, isWhole: boolean): string {
  if (all === 0) return isWhole ? "No streamers yet" : "Streamers";
  const verb = troubled === 1 ? "needs" : "need";
  if (troubled > 0) return `${count(troubled)} of ${count(all)} ${plural(all)} ${verb} attention`;
  if (!isWhole) return `${count(all)} ${plural(all)} so far`;
  return all === 1 ? "The streamer is up to date" : `All ${count(all)} streamers are up to date`;
}

/** Returns what is expected of a streamer, in a few words. */
export const expectation = ({ expectedInterval }: Row): string =>
  expectedInterval === undefined ? "no interval known yet" : `expected every ${duration(expectedInterval)}`;

/** Returns since when a streamer's delivery is in flight, and its segment; undefined without one. */
export function runOf({ inFlight }: Row, now: number): string | undefined {
  if (inFlight === undefined) return undefined;
  const { since, segment } = inFlight;
  const began = since === undefined ? "in flight" : `for ${duration((now - Date.parse(since)) / 1_000)}`;
  return segment === undefined ? began : `${began}, segment ${count(segment)}`;
}

/** Returns an error's code and its place, such as `invalid-records, line 5, field id`. */
export function placeOf({ code, line, field }: Failure): string {
  const parts = [code, line && `line ${count(line)}`, field && `field ${field}`];
  return parts.filter(Boolean).join(", ");
}

/** Returns whether nothing has been committed since a streamer's last failure. */
export const isCurrent = ({ at }: Failure, committedAt: string | undefined): boolean =>
  committedAt === undefined || committedAt <= at;

/** Returns how long a delivery took in all, such as `350 ms`; undefined if that is not known. */
export function tookOf(milliseconds: Readonly<Record<string, number>> = {}): string | undefined {
  const total = Object.values(milliseconds).reduce((sum, each) => sum + each, 0);
  if (total === 0) return undefined;
  return total < 1_000 ? `${total} ms` : duration(total / 1_000);
}
