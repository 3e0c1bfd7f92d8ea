import { leaseMarginMillisecondsMax } from "../../functions/persister/limits.ts";
import type { Clock } from "../../functions/persister/ports.ts";
import type { CallFault, Fault, FaultPlan } from "./faults.ts";
import type { Random } from "./random.ts";
import { type FaultCounts, noteFault } from "./report.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Service, Step } from "./steps.ts";

/** What a process and everything it calls share. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: FaultCounts;
  /** How far a clock may be off, ms. */
  readonly skewMillisecondsMax: number;
  /** Whether the service is down. */
  isOut(service: Service): boolean;
}

export interface Call<T> {
  readonly step: Step;
  readonly service: Service;
  /** When the caller gives up, by its own clock, ms since the epoch. */
  readonly deadline: number;
  /** Aborted once the caller no longer waits. */
  readonly signal?: AbortSignal | undefined;
  /** What the call does. It is done again where the SDK tries again: `attempt` counts from 1. */
  effect(attempt: number): T | Promise<T>;
  /** What the caller hears where no answer comes: resolves or rejects. */
  lost(hasTimeLeft: boolean): Promise<T>;
  /** What the service answers instead of having done anything. */
  instead?(fault: CallFault): (() => Promise<T>) | undefined;
}

const latencyMillisecondsMax = 50;
/** Longer than any lease of a delivery. */
const longMilliseconds = 60_000;
/** Longer than the adapters wait for a service. */
const cutOffMilliseconds = [4_000, 40_000] as const;
/** Until the SDK, or a client, gives an attempt up. */
const timeoutMilliseconds = [100, 1_000] as const;

/** A process's line into the world: its clock, and its calls, at each of which something may happen to it. */
export class Line {
  /** Calls that are not answered yet. */
  inFlight = 0;
  /** What the last call was for. */
  step: Step = "authenticate";
  /** Found at each of its calls. */
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

  /** By the process's own clock, ms since the epoch. */
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

  /** The same, for whoever has to wait for what never comes. */
  die(): Promise<never> {
    this.kill();
    return new Promise(() => {});
  }

  /** What may happen to the process by itself, at a step that is no call. */
  fault(step: Step): CallFault | undefined {
    const fault = this.#plan.next(step, "self");
    if (fault !== undefined) this.note(fault, step);
    return fault;
  }

  /** One call. It never resolves for a process that is dead. */
  call<T>(call: Call<T>): Promise<T> {
    this.step = call.step;
    if (this.also !== undefined) this.note(this.also, call.step);
    const fault = this.#faultOf(call);
    if (fault !== undefined) this.note(fault, call.step);
    // The clock is set right, or wrong the other way.
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
    // It is not even sent.
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
      case "retried":
        scheduler.in(this.#latency(), () => unheard(call));
        return this.#answerLater(call, 2, random.int(...timeoutMilliseconds), answer, fault);
      default:
        return this.#answerLater(call, 1, this.#latency(), answer, fault);
    }
  }

  /** The effect, after a while, and its answer a while later, or none where there is no time for it. */
  #answerLater<T>(
    call: Call<T>,
    attempt: number,
    milliseconds: number,
    answer: (heard: () => Promise<T>) => void,
    fault: CallFault | undefined,
  ): void {
    const { scheduler, random } = this.#world;
    scheduler.in(milliseconds, () => {
      const done = once(call, attempt);
      // Whoever hears of it handles it, and nobody else has to.
      done.catch(() => {});
      if (fault === "killed-after") this.kill();
      if (fault === "asleep") this.#asleepUntil = scheduler.now + random.int(1, longMilliseconds);
      const left = call.deadline - this.now();
      const latency = this.#latency();
      scheduler.in(Math.min(left, latency), () => answer(() => (latency <= left ? done : call.lost(false))));
    });
  }

  #faultOf<T>({ step, service }: Call<T>): CallFault | "outage" | undefined {
    const { scheduler, random } = this.#world;
    if (this.#world.isOut(service)) return "outage";
    if ((this.#cutOffs.get(service) ?? 0) > scheduler.now) return "cut-off";
    const fault = this.#plan.next(step, service);
    if (fault === "cut-off") this.#cutOffs.set(service, scheduler.now + random.int(...cutOffMilliseconds));
    return fault;
  }

  /** Continues with what it hears, unless it is dead; one that is asleep hears it later. */
  #wake(goOn: () => void): void {
    if (!this.#isAlive) return;
    const asleep = this.#asleepUntil - this.#world.scheduler.now;
    if (asleep > 0) this.#world.scheduler.in(asleep, () => this.#wake(goOn));
    else goOn();
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

/** The effect as a promise, whatever becomes of it. */
async function once<T>({ effect }: Call<T>, attempt: number): Promise<T> {
  return effect(attempt);
}

/** The effect of a call whose answer nobody waits for. */
const unheard = <T>(call: Call<T>) => void once(call, 1).catch(() => {});
