import { serveCredentials } from "./credential-server.ts";
import { missingOf } from "./credentials.ts";
import { runProgram } from "./output.ts";
import { type Credentials, StreamerFailed, type Streaming } from "./streaming.ts";

/** Where a program may write. */
const home = "/tmp";

/**
 * The variables that say where a layer's programs, libraries and modules are, and the machine's language
 * and time zone: docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html. None of them is a credential.
 */
const passedOn = ["PATH", "LD_LIBRARY_PATH", "NODE_PATH", "LANG", "TZ"] as const;

/** Returns the part of an environment that a streamer may see. */
export const placesIn = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(passedOn.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])));

/** A streamer that is run as a program. */
export interface StreamerProgram {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The result of `placesIn`. */
  readonly places: Readonly<Record<string, string>>;
  /** The entries of its list of credentials, which `credentials` must satisfy. */
  readonly required: readonly string[];
  readonly credentials: Credentials;
}

/**
 * Returns a `Streaming` that runs a streamer's command as a process. Its environment is its credentials and
 * `places` alone. That does not isolate it: it runs as our user and can read our environment, and so our
 * role's credentials, in /proc. infra/scheduled.cjs limits what these open. If its credentials are renewed by
 * their use, it stores them at CREDENTIALS_URL.
 */
export const programStreaming = ({ command, places, required, credentials }: StreamerProgram): Streaming =>
  async function* (bookmark, stopAt, aborted) {
    const [file = "", ...args] = command;
    const held = await credentials.read();
    const missing = missingOf(required, held);
    if (missing.length > 0) throw new StreamerFailed(`${credentials.source} lacks ${missing.join(", ")}.`);
    const { replace } = credentials;
    const server = replace && (await serveCredentials({ ...credentials, replace }));
    try {
      const url = server && { CREDENTIALS_URL: server.url };
      const env = { ...places, HOME: home, ...held, ...url };
      const timeIsUp = AbortSignal.timeout(Math.max(0, stopAt - Date.now()));
      yield* runProgram({ file, args, env }, bookmark, AbortSignal.any([timeIsUp, aborted]));
    } finally {
      server?.close();
    }
  };
