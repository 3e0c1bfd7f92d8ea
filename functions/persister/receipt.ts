import type { StreamerState } from "./ports.ts";

/** What became of a delivery that was committed. */
export interface Receipt {
  readonly delivery: string;
  readonly streamer: string;
  readonly records: number;
  /** Messages of unknown types. */
  readonly ignored: number;
  /** Requests that the Import API accepted. */
  readonly batches: number;
  /** Records by stream. */
  readonly streams: ReadonlyMap<string, number>;
  /** Where the body is archived. */
  readonly archive: string;
  /** The streamer after the commit: its revision and its bookmark. */
  readonly state: StreamerState;
}
