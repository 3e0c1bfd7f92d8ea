import type { Random } from "./random.ts";
import type { Service, Step } from "./steps.ts";

/** Faults of a single call to any service. */
const networkFaults = [
  /** It never arrives, and the sender gets an error. */
  "lost-before",
  /** It takes effect, and its answer is lost. */
  "lost-after",
  /** It takes effect long after its sender has given up. */
  "late",
] as const;

/** Faults of a process at a call. */
const processFaults = [
  "killed-before",
  "killed-after",
  /** The process sleeps before it receives the answer. */
  "asleep",
] as const;

/** Faults of a call by AWS's SDK. */
const sdkFaults = [
  /** It takes effect, its answer is lost, and the SDK retries: the answer to the second attempt counts. */
  "retried",
  /** This process can't reach the service for a while. */
  "cut-off",
] as const;

/** Answers of the Import API, and changes of its account. */
const apiFaults = [
  /** 202, which means the same as 201. */
  "queued",
  /** 429, with or without `Retry-After`. */
  "throttled",
  /** 503, without effect. */
  "unavailable",
  /** 500, though the batch is accepted. */
  "taken-and-failed",
  /** 400 for any batch. */
  "rejected",
  /** 413, even within the limit. */
  "too-large",
  /** The token was replaced: 401 until the new one is read. */
  "token-replaced",
  /** The same, and the new one belongs to another account. */
  "account-replaced",
] as const;
type ApiFault = (typeof apiFaults)[number];

/** Errors of a database: transactions without effect. */
const databaseFaults = [
  "deadlock",
  "full-disk",
  "shutdown",
  /** A row that violates a constraint: rejected. */
  "constraint",
  /** A role that has lost a right. */
  "denied",
] as const;

/** Faults of a single call. */
const callFaults = [
  ...networkFaults,
  ...processFaults,
  ...sdkFaults,
  /** 409 of S3: another conditional write of the same key is in progress. */
  "conflict",
  ...apiFaults,
  ...databaseFaults,
  /** Faults of a streamer: it fails, or takes too long. */
  "broken-stream",
  "slow-stream",
] as const;
export type CallFault = (typeof callFaults)[number];

/** Conditions found at a call, rather than drawn for it. */
const worldFaults = [
  /** A service is down for minutes. */
  "outage",
  /** 412 of S3: an earlier attempt took effect. */
  "exists",
  /** The clock of the process is minutes wrong. */
  "clock-set",
  /** The process runs the previous version of the code. */
  "old-code",
  /** The token has expired or is revoked. */
  "token-ended",
  /** Other runs of the same schedule are in progress. */
  "fired-twice",
  /** The client did not wait for the answer. */
  "impatient",
  /** Somebody has moved the bookmark meanwhile. */
  "bookmark-moved",
  /** The item has expired, and is gone. */
  "expired",
  /** The table was restored to an earlier moment. */
  "restored",
] as const;

/** All kinds. */
export const faults = [...callFaults, ...worldFaults] as const;
export type Fault = (typeof faults)[number];

/** The faults of each service's calls. */
const faultsOf: Record<Service, readonly CallFault[]> = {
  table: [...networkFaults, ...processFaults, ...sdkFaults],
  bucket: [...networkFaults, ...processFaults, ...sdkFaults],
  secrets: [...networkFaults, ...processFaults, ...sdkFaults],
  archive: [...networkFaults, ...processFaults, ...sdkFaults, "conflict"],
  "import-api": [...networkFaults, ...processFaults],
  database: [...networkFaults, ...processFaults],
  endpoint: networkFaults,
  persist: [...networkFaults, ...processFaults],
  self: ["killed-before", "killed-after"],
};

/** The fault of the next call, if any. */
export interface FaultPlan {
  next(step: Step, service: Service): CallFault | undefined;
}

export const calm: FaultPlan = { next: () => undefined };

interface Probabilities {
  /** Probability of a fault at any call. */
  readonly call: number;
  /** Probability of a fault of the destination itself. */
  readonly api: number;
}

/** Draws a fault for every call. */
export const randomFaults = (random: Random, { call, api }: Probabilities): FaultPlan => ({
  next: (step, service) => {
    if (service === "import-api" && random.chance(api)) return apiFaultOf(random);
    if (service === "database" && random.chance(api)) return databaseFaultOf(random);
    if (!random.chance(call)) return undefined;
    return step === "stream" ? random.pick(["broken-stream", "slow-stream"]) : random.pick(faultsOf[service]);
  },
});

/** Accounts are seldom replaced. */
const apiFaultOf = (random: Random): ApiFault =>
  random.chance(0.9) ? random.pick(apiFaults.slice(0, -3)) : random.pick(apiFaults.slice(-3));

/** Most faults of a database pass. */
const databaseFaultOf = (random: Random) =>
  random.chance(0.8) ? random.pick(databaseFaults.slice(0, 3)) : random.pick(databaseFaults.slice(3));

/** The faults and steps that a world with one of the destinations does not have. */
export const notIn = {
  "import-api": [...databaseFaults, "prepare"],
  database: [...apiFaults],
} as const;

/** The calls at these indexes, from 0, have these faults. `calls` lists the calls in order. */
export function scriptedFaults(
  script: ReadonlyMap<number, CallFault>,
): FaultPlan & { readonly calls: Service[] } {
  const calls: Service[] = [];
  return {
    calls,
    next(_step, service) {
      calls.push(service);
      const fault = script.get(calls.length - 1);
      // After a fault, the calls differ.
      return fault !== undefined && faultsAt(service).includes(fault) ? fault : undefined;
    },
  };
}

/** The first call of this step has this fault. */
export function faultAt(step: Step, fault: CallFault): FaultPlan {
  let isOver = false;
  return {
    next(each) {
      if (isOver || each !== step) return undefined;
      isOver = true;
      return fault;
    },
  };
}

/** Every fault of this service's calls, to try one by one. */
export const faultsAt = (service: Service): readonly CallFault[] =>
  service === "import-api" ? [...faultsOf[service], ...apiFaults] : faultsOf[service];
