import type { StreamerState } from "./commit/state.ts";
import type { Milliseconds } from "./ports.ts";

/** What became of a delivery that was committed. */
export interface Receipt {
  readonly delivery: string;
  readonly streamer: string;
  readonly records: number;
  /** Messages of unknown types. */
  readonly ignored: number;
  /** Requests that the Import API accepted. */
  readonly batches: number;
  /** Of the body, unzipped. */
  readonly bytes: number;
  /** What the steps before the commit took. */
  readonly milliseconds: Milliseconds;
  /** Records by stream. */
  readonly streams: ReadonlyMap<string, number>;
  /** The body's last bookmark was a Singer tap's empty STATE, and the bookmark before it was kept. */
  readonly bookmarkKept?: true;
  /** Where the body is archived. */
  readonly archive: string;
  /** The streamer after the commit: its revision and its bookmark. */
  readonly state: StreamerState;
}

/** A receipt but for the streamer's state, which stands with the commit. */
export type ReceiptFacts = Omit<Receipt, "state">;

export function receiptText(facts: ReceiptFacts): string {
  return JSON.stringify({ ...facts, streams: [...facts.streams] });
}

/** The receipt that `receiptText` wrote, with the state that it was given for. */
export function receiptOf(text: string, state: StreamerState): Receipt {
  const { streams, ...facts } = JSON.parse(text) as Omit<ReceiptFacts, "streams"> & {
    streams: [string, number][];
  };
  return { ...facts, streams: new Map(streams), state };
}
