/** The port that stores chains of scheduled runs. ports.ts says what its deadlines and times mean. */

/** Runs of one streamer, each of which resumes where the one before was stopped. */
export interface Chain {
  readonly streamer: string;
  readonly id: string;
  /** Until when the chain is live unless its next run renews it, ms since the epoch; 0 once it has ended. */
  readonly until: number;
}

/** Rejects with PersisterError `store-unavailable`. */
export interface Chains {
  /**
   * Stores a chain unless another one of the streamer is live at `now`, ms since the epoch. Resolves to
   * false, nothing written, if one is.
   */
  claim(chain: Chain, now: number, deadline: number): Promise<boolean>;
}
