import type { Credentials, Streaming } from "../persister/segments/streaming.ts";
import { serveCredentials } from "./credential-server.ts";
import { outputOf } from "./output.ts";

/** Where a program may write. */
const home = "/tmp";

/**
 * Where a layer's programs, libraries and modules are, and how the machine speaks and counts time:
 * docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html. None of them says who we are.
 */
const passedOn = ["PATH", "LD_LIBRARY_PATH", "NODE_PATH", "LANG", "TZ"] as const;

/** What a streamer sees of an environment. */
export const placesIn = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(passedOn.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])));

/**
 * Runs a streamer's command as a process of its own, with its credentials and `places` in its environment,
 * and nothing else: it does not see ours, and so not our role. Where its credentials are renewed by their
 * use, CREDENTIALS_URL is where it stores them.
 */
export const programStreaming = (
  [file = "", ...args]: readonly string[],
  places: Readonly<Record<string, string>>,
  credentials: Credentials,
): Streaming =>
  async function* (bookmark, stopAt, givenUp) {
    const { replace } = credentials;
    const server = replace && (await serveCredentials({ ...credentials, replace }));
    try {
      const url = server && { CREDENTIALS_URL: server.url };
      const env = { ...places, HOME: home, ...(await credentials.read()), ...url };
      const timeIsUp = AbortSignal.timeout(Math.max(0, stopAt - Date.now()));
      yield* outputOf({ file, args, env }, bookmark, AbortSignal.any([timeIsUp, givenUp]));
    } finally {
      server?.close();
    }
  };
