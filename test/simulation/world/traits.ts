import { leaseMarginMillisecondsMax } from "../../../functions/persister/limits.ts";
import type { Random } from "../random.ts";
import type { StreamKind } from "../source/source.ts";
import type { Service } from "../steps.ts";

/** What a schedule's world is like. */
export interface WorldTraits {
  /** Of a fault at any call. */
  readonly callFaults: number;
  /** Of trouble of the Import API's own. */
  readonly apiFaults: number;
  /** How far clocks may be off, ms. */
  readonly skewMillisecondsMax: number;
  /** How many bytes are taken to be around a record: so few records fill a batch. */
  readonly bytesAround: number;
  readonly outages: readonly Outage[];
  /** Of a process that runs the code of before. */
  readonly oldCode: number;
  /** Tokens end, or are revoked. */
  readonly tokensEnd: boolean;
  /** A later moment finds the table as it was at an earlier one, ms from the start. */
  readonly restore: { readonly from: number; readonly at: number } | undefined;
  /** Clients come back once items have outlived their time. */
  readonly isLong: boolean;
  /** How long a client rests between two deliveries at most, ms. */
  readonly pauseMillisecondsMax: number;
  /** What the sources' streams are like; drawn unless they are given. */
  readonly streamKinds?: readonly StreamKind[];
  /** Two streamers' records go to the same tables. */
  readonly sharesTables: boolean;
}

interface Outage {
  readonly services: readonly Service[];
  /** ms from the start. */
  readonly from: number;
  readonly until: number;
}

/** Half of what the lease's margin lets two clocks differ. */
const marginMillisecondsMax = leaseMarginMillisecondsMax / 2;
const minuteMilliseconds = 60_000;

/** Nothing goes wrong but what is said. */
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

/** At most one of what moves time and what moves the table: together they are more than is promised. */
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

/** The operator lets nobody in until everything that was under way has ended. */
function drawRestore(random: Random): WorldTraits["restore"] {
  const from = random.int(0, minuteMilliseconds);
  return { from, at: from + random.int(1, 10) * minuteMilliseconds };
}
