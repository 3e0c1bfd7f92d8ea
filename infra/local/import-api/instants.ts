import { isDateTime } from "./date-time.ts";

/** A point in time with DuckDB's resolution, a microsecond. */
export class Instant {
  readonly micros: bigint;

  constructor(micros: bigint) {
    this.micros = micros;
  }

  /** Returns RFC 3339, UTC, in milliseconds, or in microseconds if needed. */
  toString(): string {
    const rest = BigInt.asUintN(64, ((this.micros % 1_000n) + 1_000n) % 1_000n);
    const text = new Date(Number((this.micros - rest) / 1_000n)).toISOString();
    return rest === 0n ? text : text.replace("Z", `${String(rest).padStart(3, "0")}Z`);
  }
}

/** Returns undefined beyond the range of JavaScript's dates. */
export function instantOfMilliseconds(ms: number): Instant | undefined {
  const days = 8.64e15;
  return Number.isInteger(ms) && Math.abs(ms) <= days ? new Instant(BigInt(ms) * 1_000n) : undefined;
}

const form = /^(\+?\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})0*)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Returns undefined for text that is not a date-time, for a day that its month does not have, and for a
 * fraction finer than a microsecond.
 */
export function instantOfText(text: string): Instant | undefined {
  const parts = form.exec(text);
  if (parts === null || !isDateTime(text)) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [fraction = "", zone = ""] = parts.slice(7);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute - zoneMinutes(zone), second);
  const instant = instantOfMilliseconds(date.getTime());
  return instant && new Instant(instant.micros + BigInt(fraction.padEnd(6, "0")));
}

function zoneMinutes(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (60 * Number(hours ?? 0) + Number(minutes ?? 0));
}
