import { leaseMarginMillisecondsMax } from "../../../functions/persister/limits.ts";
import type { Random } from "../random.ts";
import type { StreamKind } from "../source/source.ts";
import type { Service } from "../steps.ts";

export type DestinationName = "import-api" | "database";

/** The properties of a schedule's world. */
export interface WorldTraits {
  /** Probability of a fault at any call. */
  readonly callFaults: number;
  /** The destination of all streamers; the Import API by default. */
  readonly destination?: DestinationName;
  /** Probability of a fault of the destination itself. */
  readonly apiFaults: number;
  /** The maximum error of clocks, in ms. */
  readonly skewMillisecondsMax: number;
  /** The bytes counted in addition to each record, so that a few records fill a batch. */
  readonly bytesAround: number;
  readonly outages: readonly Outage[];
  /** Probability of a process with the previous code. */
  readonly oldCode: number;
  /** Whether tokens expire or are revoked. */
  readonly tokensEnd: boolean;
  /** When the table is copied, and when that copy is restored, in ms from the start. */
  readonly restore: { readonly from: number; readonly at: number } | undefined;
  /** Whether clients return after items have expired. */
  readonly isLong: boolean;
  /** The maximum pause of a client between two deliveries, in ms. */
  readonly pauseMillisecondsMax: number;
  /** The traits of the sources' streams; random by default. */
  readonly streamKinds?: readonly StreamKind[];
  /** Whether the sources' receipts are stored in S3; random by default. */
  readonly isWide?: boolean;
  /** Whether two streamers write to the same tables. */
  readonly sharesTables: boolean;
  /** Whether scheduled runs form chains, of which one at a time is live. */
  readonly hasChains?: boolean;
}

interface Outage {
  readonly services: readonly Service[];
  /** In ms from the start. */
  readonly from: number;
  readonly until: number;
}

/** Half of the difference between two clocks that the lease's margin tolerates. */
const marginMillisecondsMax = leaseMarginMillisecondsMax / 2;
const minuteMilliseconds = 60_000;

/** A world without faults, except the given ones. */
export const calmTraits: WorldTraits = {
  callFaults: 0,
  apiFaults: 0,
  skewMillisecondsMax: marginMillisecondsMax,
  bytesAround: 1_900_000,
  outages: [],
  oldCode: 0,
  tokensEnd: false,
  restore: undefined,
  isLong: false,
  pauseMillisecondsMax: 2_000,
  sharesTables: false,
};

const outageServices: readonly (readonly Service[])[] = [
  ["table"],
  ["archive", "bucket"],
  ["import-api"],
  ["secrets"],
];

/** Draws a world. Either time or the table moves, since both together exceed the promise. */
export function drawWorld(random: Random): WorldTraits {
  const special = random.next();
  const restore = special > 0.94 ? drawRestore(random) : undefined;
  const outages = random.chance(0.15) ? [drawOutage(random)] : [];
  const pauseMinutes = restore !== undefined ? 20 : outages.length > 0 ? 2 : 0.04;
  return {
    callFaults: random.pick([0, 0.02, 0.05, 0.1, 0.2]),
    apiFaults: random.pick([0.05, 0.05, 0.4]),
    skewMillisecondsMax: special < 0.1 ? 5 * minuteMilliseconds : marginMillisecondsMax,
    bytesAround: random.pick([1_900_000, 1_900_000, 1_000_000, 150_000]),
    outages,
    oldCode: random.chance(0.15) ? 0.5 : 0,
    tokensEnd: random.chance(0.1),
    restore,
    pauseMillisecondsMax: pauseMinutes * minuteMilliseconds,
    isLong: special > 0.1 && special < 0.17,
    sharesTables: random.chance(0.15),
  };
}

function drawOutage(random: Random): Outage {
  const from = random.int(0, minuteMilliseconds);
  return { services: random.pick(outageServices), from, until: from + random.int(1, 5) * minuteMilliseconds };
}

/** Draws a restore, before which the operator lets everything in progress end. */
function drawRestore(random: Random): WorldTraits["restore"] {
  const from = random.int(0, minuteMilliseconds);
  return { from, at: from + random.int(1, 10) * minuteMilliseconds };
}
