/**
 * Runs a streamer from a bookmark's text and yields its output. At `stopAt`, ms since the epoch, or when
 * `aborted` is aborted, the streamer is terminated and the iteration rejects with Stopped. Rejects with
 * StreamerFailed if the streamer fails or can't be started.
 */
export type Streaming = (
  bookmark: string | undefined,
  stopAt: number,
  aborted: AbortSignal,
) => AsyncIterable<Uint8Array>;

/** The streamer was terminated before it was done. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The streamer could not be started, or failed. The message says what is wrong and what to do. */
export class StreamerFailed extends Error {
  override readonly name = "StreamerFailed";
}

/** Nobody has stored the streamer's credentials yet. */
export class NotSetUp extends Error {
  override readonly name = "NotSetUp";
}

/** The store of a streamer's settings and credentials, by name. */
export interface Credentials {
  /** Where they are stored, for messages: "The secret …". */
  readonly source: string;
  /** Rejects with StreamerFailed if they can't be read, and with NotSetUp if there are none yet. */
  read(): Promise<Readonly<Record<string, string>>>;
  /**
   * Replaces the credentials that a streamer has renewed and keeps all others. Rejects with StreamerFailed if
   * trying again is useless.
   */
  readonly replace?: (renewed: Readonly<Record<string, string>>) => Promise<void>;
}
