import type { Written } from "../world/table.ts";
import { Violation } from "./violation.ts";

/** Checks the counts of days: they may miss a delivery, and never contain one twice. */
export class CountedDays {
  /** By streamer, the records that its days have counted. */
  #counted = new Map<string, number>();

  copy(): () => void {
    const counted = new Map(this.#counted);
    return () => {
      this.#counted = new Map(counted);
    };
  }

  /** `committed` is how many records and activations the streamer's whole deliveries have. */
  written(name: string, { before, after }: Written, committed: number): void {
    const added = Number(after?.records?.N ?? 0) - Number(before?.records?.N ?? 0);
    const counted = (this.#counted.get(name) ?? 0) + added;
    this.#counted.set(name, counted);
    if (counted > committed) throw new Violation("I3", `${counted} records are counted of ${committed}`);
  }
}
