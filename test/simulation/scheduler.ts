import { setImmediate } from "node:timers/promises";

interface Event {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

/** Far more than the longest schedule takes. */
const stepsMaxDefault = 100_000;

/**
 * A virtual clock and the events due on it: one at a time, and everything that follows from it before the
 * next.
 */
export class Scheduler {
  /** ms since the epoch. */
  now = 1_700_000_000_000;
  /** Events that have happened. */
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
   * Runs until no event is left. `afterStep` may throw. Throws for more steps than any schedule needs: a
   * livelock.
   */
  async run(afterStep: () => void): Promise<void> {
    await setImmediate();
    for (let next = this.#events.pop(); next !== undefined; next = this.#events.pop()) {
      if (this.steps++ === this.#stepsMax)
        throw new Error(`livelock: it is not over after ${this.#stepsMax} steps`);
      this.now = next.time;
      next.run();
      // Promises' reactions, however deep, come before the next event.
      await setImmediate();
      afterStep();
    }
  }
}

/** The list is in reverse: the next event is its last. */
const isAfter = (a: Event, b: Event) => a.time > b.time || (a.time === b.time && a.order > b.order);
