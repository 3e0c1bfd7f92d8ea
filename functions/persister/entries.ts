/** The ports that store the list of streamers and their days. ports.ts says what deadlines and times mean. */

/** A streamer's settings, which an operator sets. */
export interface Settings {
  /** How often a bookmark is expected, as duration.ts reads it. */
  readonly expectedEvery?: string;
}

/** A streamer's last commit, as its entry has it. Times are ms since the epoch. */
export interface EntryCommit {
  readonly revision: number;
  readonly at: number;
  readonly deliveries: number;
  readonly records: number;
  readonly bookmarkAt?: number;
  /** The longest of the last gaps between bookmarks, in seconds; absent before the third. */
  readonly longestGap?: number;
}

/** A streamer's last failed delivery, and the first of its faults. Long texts are cut. */
export interface LastFailure {
  /** ms since the epoch. */
  readonly at: number;
  readonly delivery: string;
  readonly code: string;
  /** Tells what to do, unless that is the catalogue's hint for the code. */
  readonly hint?: string;
  readonly line?: number;
  readonly stream?: string;
  readonly field?: string;
  readonly message?: string;
}

/** Notes that people were notified of a stale bookmark. Times are ms since the epoch. */
export interface StaleNotice {
  readonly staleSince: number;
  readonly notifiedAt: number;
}

/**
 * A streamer's row in the list of streamers: at most 1 kB. It may be behind the streamer's item, and an
 * entry of an earlier version has the name alone.
 */
export interface Entry {
  readonly streamer: string;
  /** When the streamer was first seen, ms since the epoch. */
  readonly since?: number;
  readonly commit?: EntryCommit;
  readonly settings?: Settings;
  readonly lastFailure?: LastFailure;
  readonly notice?: StaleNotice;
}

/** A part of an entry. Members that are absent stay as they are. */
export interface EntryUpdate {
  readonly streamer: string;
  /** Kept only by an entry that has none. */
  readonly since: number;
  readonly commit?: EntryCommit;
  readonly settings?: Settings;
  readonly lastFailure?: LastFailure;
}

export interface EntryRange {
  /** Names greater than this one. */
  readonly after: string;
  /** Names that begin with this. */
  readonly prefix: string;
  /** How many the caller is likely to take. */
  readonly expected: number;
}

/** The list of streamers. All reject with PersisterError `store-unavailable`. */
export interface Entries {
  read(streamer: string, deadline: number): Promise<Entry | undefined>;
  /** Creates or updates an entry. A commit never replaces one of a later revision. Waits a second at most. */
  update(update: EntryUpdate, deadline: number): Promise<void>;
  /** Notes what people were notified of, or with undefined that it is over. Creates no entry. */
  notify(streamer: string, notice: StaleNotice | undefined, deadline: number): Promise<void>;
  /** Sets the settings of an entry. Creates none. */
  set(streamer: string, settings: Settings, deadline: number): Promise<void>;
  /** Iterates over entries by name: every written streamer's, and those of some whose write failed. */
  list(range: EntryRange, deadline: number): AsyncIterable<Entry>;
}

/** Records of a stream, and the size of their texts, in bytes. */
export interface StreamCounts {
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
}

/** The counts of a streamer's deliveries that were committed on one day. */
export interface DayCounts {
  /** In UTC: `2026-11-26`. */
  readonly date: string;
  /** All streams together. */
  readonly records: number;
  readonly bytes: number;
  /** By stream; of each delivery, the first `dayStreamsMax`. */
  readonly streams: readonly StreamCounts[];
}

/** The counts of streamers' deliveries, by day. Both reject with PersisterError `store-unavailable`. */
export interface Days {
  /**
   * Adds a delivery's counts to those of its day, in one attempt: nothing is counted twice, and something may
   * be missing. Waits a second at most.
   */
  add(streamer: string, counts: DayCounts, deadline: number): Promise<void>;
  /** Lists the days from `since` on that have counts, newest first; `dayCountsDaysMax` at most. */
  list(streamer: string, since: string, deadline: number): Promise<readonly DayCounts[]>;
}
