/**
 * Runs a streamer from a bookmark's text on, and gives what it prints. At `stopAt`, ms since the epoch, or
 * once it is given up, it is ended, and what it gave rejects with Stopped; with StreamerFailed where it ends
 * badly, or can't be run.
 */
export type Streaming = (
  bookmark: string | undefined,
  stopAt: number,
  aborted: AbortSignal,
) => AsyncIterable<Uint8Array>;

/** The streamer was ended before it was done. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The streamer could not be run, or is at fault: what is wrong, and what to do. */
export class StreamerFailed extends Error {
  override readonly name = "StreamerFailed";
}

/** A streamer's settings and credentials, by name, where they are kept. */
export interface Credentials {
  /** Rejects with StreamerFailed where one is missing. */
  read(): Promise<Readonly<Record<string, string>>>;
  /**
   * Replaces these, of a streamer whose credentials are renewed by their use, and keeps all others. Rejects
   * with StreamerFailed where trying again is no use.
   */
  readonly replace?: (renewed: Readonly<Record<string, string>>) => Promise<void>;
}

/**
 * Which of `credentials` an environment lacks, in words: an entry is a name, or the ways to do without
 * others, `A|B+C` being A, or both B and C.
 */
export const missingOf = (
  credentials: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
) =>
  credentials
    .filter(entry => !entry.split("|").some(way => way.split("+").every(name => env[name])))
    .map(entry => entry.replaceAll("|", " or ").replaceAll("+", " and "));
