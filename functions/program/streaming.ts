import type { Streaming } from "../persister/streaming.ts";
import { outputOf } from "./output.ts";

/** Where a program may write. */
const home = "/tmp";

/**
 * Runs a streamer's command as a process of its own, with its credentials and where programs are in its environment, and nothing
 * else: it does not see ours.
 */
export const programStreaming = (
  [file = "", ...args]: readonly string[],
  path: string,
  credentials: () => Promise<Readonly<Record<string, string>>>,
): Streaming =>
  async function* (bookmark, stopAt, givenUp) {
    const env = { PATH: path, HOME: home, ...(await credentials()) };
    const timeIsUp = AbortSignal.timeout(Math.max(0, stopAt - Date.now()));
    yield* outputOf({ file, args, env }, bookmark, AbortSignal.any([timeIsUp, givenUp]));
  };
