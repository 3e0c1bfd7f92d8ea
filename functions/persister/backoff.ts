/** A doubling bound of delays, ms. */
export interface Backoff {
  readonly firstMillisecondsMax: number;
  readonly millisecondsMax: number;
}

/**
 * Returns how long to wait before a retry, ms: full jitter, random × min(max, first × 2^attempt), with
 * `attempt` from 0. aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter
 */
export function delayOf(backoff: Backoff, attempt: number, random: number): number {
  return random * Math.min(backoff.millisecondsMax, backoff.firstMillisecondsMax * 2 ** attempt);
}
