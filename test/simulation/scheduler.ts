import { setImmediate } from "node:timers/promises";

interface Event {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

/** Far more steps than the longest schedule needs. */
const stepsMaxDefault = 100_000;

/** A virtual clock with its events: one at a time, and all of its consequences before the next. */
export class Scheduler {
  /** In ms since the epoch. */
  now = 1_700_000_000_000;
  /** The number of events so far. */
  steps = 0;
  readonly #stepsMax: number;
  readonly #events: Event[] = [];
  #count = 0;

  constructor(stepsMax = stepsMaxDefault) {
    this.#stepsMax = stepsMax;
  }

  in(milliseconds: number, run: () => void): void {
    const event = { time: this.now + Math.max(0, Math.ceil(milliseconds)), order: this.#count++, run };
    let at = this.#events.length;
    while (at > 0 && isAfter(event, this.#events[at - 1]!)) at--;
    this.#events.splice(at, 0, event);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.in(milliseconds, resolve));
  }

  /**
   * Runs until no event is left. `afterStep` may throw. Throws after more steps than any schedule needs,
   * which is a livelock.
   */
  async run(afterStep: () => void): Promise<void> {
    await setImmediate();
    for (let next = this.#events.pop(); next !== undefined; next = this.#events.pop()) {
      if (this.steps++ === this.#stepsMax)
        throw new Error(`livelock: it is not over after ${this.#stepsMax} steps`);
      this.now = next.time;
      next.run();
      // All promise reactions come before the next event.
      await setImmediate();
      afterStep();
    }
  }
}

/** The list is in reverse order: the next event is the last one. */
const isAfter = (a: Event, b: Event) => a.time > b.time || (a.time === b.time && a.order > b.order);
