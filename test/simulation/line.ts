import { leaseMarginMillisecondsMax } from "../../functions/persister/limits.ts";
import type { Clock } from "../../functions/persister/ports.ts";
import type { CallFault, Fault, FaultPlan } from "./faults.ts";
import type { Random } from "./random.ts";
import { type FaultCounts, noteFault } from "./report.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Service, Step } from "./steps.ts";

/** The surroundings that a process and its calls share. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: FaultCounts;
  /** The maximum error of a clock, in ms. */
  readonly skewMillisecondsMax: number;
  /** Whether the service is down. */
  isOut(service: Service): boolean;
}

/** When and how often a call takes effect. */
interface Effect {
  /** The SDK's attempt, from 1. */
  readonly attempt: number;
  readonly milliseconds: number;
  readonly fault: CallFault | undefined;
}

export interface Call<T> {
  readonly step: Step;
  readonly service: Service;
  /** When the caller gives up, by its own clock, in ms since the epoch. */
  readonly deadline: number;
  /** Aborted once the caller no longer waits. */
  readonly signal?: AbortSignal | undefined;
  /** The SDK does not send it again. */
  readonly isSentOnce?: boolean;
  /** The call's effect. It happens again if the SDK retries: `attempt` counts from 1. */
  effect(attempt: number): T | Promise<T>;
  /** Settles as the caller's promise does without an answer: resolves or rejects. */
  lost(hasTimeLeft: boolean): Promise<T>;
  /** The service's answer instead of an effect. */
  instead?(fault: CallFault): (() => Promise<T>) | undefined;
}

const latencyMillisecondsMax = 50;
/** Longer than any delivery's lease. */
const longMilliseconds = 60_000;
/** Longer than the adapters wait for a service. */
const cutOffMilliseconds = [4_000, 40_000] as const;
/** How long the SDK or a client waits for an attempt. */
const timeoutMilliseconds = [100, 1_000] as const;

/** A process's line into the world: its clock, and its calls. At each call a fault may happen to it. */
export class Line {
  /** Calls without an answer yet. */
  inFlight = 0;
  /** The step of the last call. */
  step: Step = "authenticate";
  /** Conditions found at each of its calls. */
  also: Fault | undefined;
  /** Resolves once it is dead. */
  readonly death: Promise<void>;
  #die!: () => void;
  readonly #world: Surroundings;
  readonly #plan: FaultPlan;
  readonly #cutOffs = new Map<Service, number>();
  #skew: number;
  #isAlive = true;
  #asleepUntil = 0;
  #isFirst = true;

  constructor(world: Surroundings, plan: FaultPlan) {
    this.#world = world;
    this.#plan = plan;
    this.death = new Promise(resolve => {
      this.#die = resolve;
    });
    this.#skew = this.#drawSkew();
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** The time by the process's own clock, in ms since the epoch. */
  readonly now = (): number => this.#world.scheduler.now + this.#skew;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise(resolve => this.#world.scheduler.in(milliseconds, () => this.#wake(resolve)));

  readonly clock: Clock = { now: this.now, sleep: this.sleep };

  note(fault: Fault, step: Step): void {
    noteFault(this.#world.faults, fault, step);
  }

  kill(): void {
    this.#isAlive = false;
    this.#die();
  }

  /** Kills the process, and never resolves: the code that awaits it must not continue. */
  die(): Promise<never> {
    this.kill();
    return new Promise(() => {});
  }

  /** A fault of the process itself, at a step without a call. */
  fault(step: Step): CallFault | undefined {
    const fault = this.#plan.next(step, "self");
    if (fault !== undefined) this.note(fault, step);
    return fault;
  }

  /** Makes a call. It never resolves for a dead process. */
  call<T>(call: Call<T>): Promise<T> {
    this.step = call.step;
    if (this.also !== undefined) this.note(this.also, call.step);
    const fault = this.#faultOf(call);
    if (fault !== undefined) this.note(fault, call.step);
    // The clock is corrected, or wrong in the other direction.
    if (fault !== undefined) this.#skew = this.#drawSkew();
    if (this.#isFirst || fault !== undefined) this.#noteClock(call.step);
    this.#isFirst = false;
    this.inFlight++;
    return new Promise<T>((resolve, reject) => {
      let isAnswered = false;
      const answer = (heard: () => Promise<T>) =>
        this.#wake(() => {
          if (isAnswered) return;
          isAnswered = true;
          this.inFlight--;
          heard().then(resolve, reject);
        });
      call.signal?.addEventListener("abort", () => answer(() => call.lost(false)));
      if (fault === "killed-before") this.kill();
      else this.#make(call, fault, answer);
    });
  }

  #make<T>(
    call: Call<T>,
    fault: CallFault | "outage" | undefined,
    answer: (heard: () => Promise<T>) => void,
  ) {
    const { scheduler, random } = this.#world;
    const left = call.deadline - this.now();
    // The call is never sent.
    if (left <= 0) return scheduler.in(0, () => answer(() => call.lost(false)));
    const loseAfter = (milliseconds: number) =>
      scheduler.in(Math.min(left, milliseconds), () => answer(() => call.lost(milliseconds < left)));
    const instead = fault === undefined || fault === "outage" ? undefined : call.instead?.(fault);
    if (instead !== undefined) {
      scheduler.in(this.#latency(), () => answer(instead));
      return;
    }
    switch (fault) {
      case "lost-before":
      case "outage":
        return loseAfter(random.int(...timeoutMilliseconds));
      case "lost-after":
        scheduler.in(this.#latency(), () => unheard(call));
        return loseAfter(random.int(...timeoutMilliseconds) + latencyMillisecondsMax);
      case "late":
        scheduler.in(random.int(1, longMilliseconds), () => unheard(call));
        return loseAfter(random.int(...timeoutMilliseconds));
      case "cut-off":
        if (random.chance(0.5)) scheduler.in(random.int(1, longMilliseconds), () => unheard(call));
        return loseAfter(random.int(...timeoutMilliseconds));
      case "retried": {
        scheduler.in(this.#latency(), () => unheard(call));
        const milliseconds = random.int(...timeoutMilliseconds);
        return this.#answerLater(call, { attempt: 2, milliseconds, fault }, answer);
      }
      default:
        return this.#answerLater(call, { attempt: 1, milliseconds: this.#latency(), fault }, answer);
    }
  }

  /** The effect after a while, and its answer later, or none if the time is up before. */
  #answerLater<T>(
    call: Call<T>,
    { attempt, milliseconds, fault }: Effect,
    answer: (heard: () => Promise<T>) => void,
  ): void {
    const { scheduler, random } = this.#world;
    scheduler.in(milliseconds, () => {
      const done = once(call, attempt);
      // The receiver handles the rejection.
      done.catch(() => {});
      if (fault === "killed-after") this.kill();
      if (fault === "asleep") this.#asleepUntil = scheduler.now + random.int(1, longMilliseconds);
      const left = call.deadline - this.now();
      const latency = this.#latency();
      scheduler.in(Math.min(left, latency), () => answer(() => (latency <= left ? done : call.lost(false))));
    });
  }

  #faultOf<T>({ step, service, isSentOnce }: Call<T>): CallFault | "outage" | undefined {
    const { scheduler, random } = this.#world;
    if (this.#world.isOut(service)) return "outage";
    if ((this.#cutOffs.get(service) ?? 0) > scheduler.now) return "cut-off";
    const fault = this.#plan.next(step, service);
    if (fault === "cut-off") this.#cutOffs.set(service, scheduler.now + random.int(...cutOffMilliseconds));
    return fault === "retried" && isSentOnce === true ? "lost-after" : fault;
  }

  /** Continues with the answer, unless the process is dead; a sleeping process gets it later. */
  #wake(resume: () => void): void {
    if (!this.#isAlive) return;
    const asleep = this.#asleepUntil - this.#world.scheduler.now;
    if (asleep > 0) this.#world.scheduler.in(asleep, () => this.#wake(resume));
    else resume();
  }

  #noteClock(step: Step): void {
    if (Math.abs(this.#skew) > leaseMarginMillisecondsMax) this.note("clock-set", step);
  }

  #latency(): number {
    return this.#world.random.int(1, latencyMillisecondsMax);
  }

  #drawSkew(): number {
    const { random, skewMillisecondsMax } = this.#world;
    return random.int(-skewMillisecondsMax, skewMillisecondsMax);
  }
}

/** The effect as a promise, whether it succeeds or not. */
async function once<T>({ effect }: Call<T>, attempt: number): Promise<T> {
  return effect(attempt);
}

/** The effect of a call whose answer nobody awaits. */
const unheard = <T>(call: Call<T>) => void once(call, 1).catch(() => {});
