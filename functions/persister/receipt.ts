import type { StreamerState } from "./commit/state.ts";
import type { TableResult } from "./destination.ts";
import type { Milliseconds } from "./ports.ts";

/** The result of a committed delivery. */
export interface Receipt {
  readonly delivery: string;
  readonly streamer: string;
  readonly records: number;
  /** Messages of unknown types. */
  readonly ignored: number;
  /** Requests or transactions that the destination accepted. */
  readonly batches: number;
  /** Size of the body, unzipped. */
  readonly bytes: number;
  /** Durations of the steps before the commit. */
  readonly milliseconds: Milliseconds;
  /** Records by stream. */
  readonly streams: ReadonlyMap<string, number>;
  /** The effect on each table, where the destination reports it. */
  readonly tables?: readonly TableResult[];
  /** The body's last bookmark is a Singer tap's empty STATE, so the bookmark before it was kept. */
  readonly bookmarkKept?: true;
  /** Where the body is archived. */
  readonly archive: string;
  /** The streamer after the commit: its revision and its bookmark. */
  readonly state: StreamerState;
}

/** A receipt without the streamer's state, which is stored with the commit. */
export type ReceiptFacts = Omit<Receipt, "state">;

export function receiptText(facts: ReceiptFacts): string {
  return JSON.stringify({ ...facts, streams: [...facts.streams] });
}

/** Parses what `receiptText` wrote. `state` is the state that the receipt's commit made. */
export function receiptOf(text: string, state: StreamerState): Receipt {
  const { streams, ...facts } = JSON.parse(text) as Omit<ReceiptFacts, "streams"> & {
    streams: [string, number][];
  };
  return { ...facts, streams: new Map(streams), state };
}
