import type { Random } from "./random.ts";
import type { Service, Step } from "./steps.ts";

/** What may happen to a single call, whatever it goes to. */
const networkFaults = [
  /** It never gets there, and its sender hears so. */
  "lost-before",
  /** It is done, and its answer is lost. */
  "lost-after",
  /** It is done long after its sender has given it up. */
  "late",
] as const;

/** What may happen to a process at a call. */
const processFaults = [
  "killed-before",
  "killed-after",
  /** The process sleeps before it hears the answer. */
  "asleep",
] as const;

/** What may happen to a call of AWS's SDK. */
const sdkFaults = [
  /**
   * It is done, its answer is lost, and the SDK tries again: what that second attempt is answered is what
   * counts.
   */
  "retried",
  /** This process can't reach the service for a while. */
  "cut-off",
] as const;

/** What the Import API may answer, and what may have become of its account meanwhile. */
const apiFaults = [
  /** 202, which is as good as 201. */
  "queued",
  /** 429, with `Retry-After` or without. */
  "throttled",
  /** 503, and nothing is done. */
  "unavailable",
  /** 500, though the batch is accepted. */
  "taken-and-failed",
  /** 400, whatever the batch holds. */
  "rejected",
  /** 413, also where it is within the limit. */
  "too-large",
  /** The token was replaced: 401 until the new one is read. */
  "token-replaced",
  /** The same, and the new one is another account's. */
  "account-replaced",
] as const;
type ApiFault = (typeof apiFaults)[number];

/** What may happen to a single call. */
const callFaults = [
  ...networkFaults,
  ...processFaults,
  ...sdkFaults,
  /** 409 of S3: another conditional write of the same key is under way. */
  "conflict",
  ...apiFaults,
  /** What a streamer does: it ends badly, or takes longer than there is time. */
  "broken-stream",
  "slow-stream",
] as const;
export type CallFault = (typeof callFaults)[number];

/** What is found at a call, and was not drawn for it. */
const worldFaults = [
  /** A service is down for minutes. */
  "outage",
  /** 412 of S3: an earlier attempt was done. */
  "exists",
  /** The clock of the process is minutes wrong. */
  "clock-set",
  /** The process runs the code of before. */
  "old-code",
  /** The token has ended, or is revoked. */
  "token-ended",
  /** Other runs of the same schedule are under way. */
  "fired-twice",
  /** The client has not waited for the answer. */
  "impatient",
  /** Somebody has moved the bookmark meanwhile. */
  "bookmark-moved",
  /** The item has outlived its time, and is gone. */
  "expired",
  /** The table is the one of an earlier moment. */
  "restored",
] as const;

/** Every kind there is. */
export const faults = [...callFaults, ...worldFaults] as const;
export type Fault = (typeof faults)[number];

/** What may happen to a call of each service. */
const faultsOf: Record<Service, readonly CallFault[]> = {
  table: [...networkFaults, ...processFaults, ...sdkFaults],
  bucket: [...networkFaults, ...processFaults, ...sdkFaults],
  secrets: [...networkFaults, ...processFaults, ...sdkFaults],
  archive: [...networkFaults, ...processFaults, ...sdkFaults, "conflict"],
  "import-api": [...networkFaults, ...processFaults],
  endpoint: networkFaults,
  persist: [...networkFaults, ...processFaults],
  self: ["killed-before", "killed-after"],
};

/** The fault of the next call, if it has one. */
export interface FaultPlan {
  next(step: Step, service: Service): CallFault | undefined;
}

export const calm: FaultPlan = { next: () => undefined };

interface Probabilities {
  /** Of a fault of any call. */
  readonly call: number;
  /** Of trouble of the Import API's own. */
  readonly api: number;
}

/** Every call is at risk. */
export const randomFaults = (random: Random, { call, api }: Probabilities): FaultPlan => ({
  next: (step, service) => {
    if (service === "import-api" && random.chance(api)) return apiFaultOf(random);
    if (!random.chance(call)) return undefined;
    return step === "stream" ? random.pick(["broken-stream", "slow-stream"]) : random.pick(faultsOf[service]);
  },
});

/** Accounts are seldom replaced. */
const apiFaultOf = (random: Random): ApiFault =>
  random.chance(0.9) ? random.pick(apiFaults.slice(0, -3)) : random.pick(apiFaults.slice(-3));

/**
 * The calls at these places, counted from 0, have these faults. `calls` is what each call was, in their
 * order.
 */
export function scriptedFaults(
  script: ReadonlyMap<number, CallFault>,
): FaultPlan & { readonly calls: Service[] } {
  const calls: Service[] = [];
  return {
    calls,
    next(_step, service) {
      calls.push(service);
      const fault = script.get(calls.length - 1);
      // After one fault the calls are others.
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

/** Every fault that a call of this service may have, for those who try them one by one. */
export const faultsAt = (service: Service): readonly CallFault[] =>
  service === "import-api" ? [...faultsOf[service], ...apiFaults] : faultsOf[service];
