import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "../../infra/local/listen.ts";

/**
 * The fate of a request: it gets this answer with or without being passed on, or, if undefined, it is
 * passed on and gets the real answer.
 */
export interface Flake {
  readonly status: number;
  readonly body?: string;
  readonly passedOn?: boolean;
}

/** A proxy in front of a server. The first requests for which `isFlaky` is true follow the script. */
export async function startFlakyProxy(
  target: string,
  script: Flake[],
  isFlaky: (message: IncomingMessage) => boolean,
) {
  let met = 0;
  const server = createServer(async (message, response) => {
    const body = await buffer(message);
    const flake = isFlaky(message) ? script.shift() : undefined;
    if (flake === undefined) return passOn(target, { message, body }, response);
    met++;
    if (flake.passedOn === true)
      await new Promise<void>(done => passOn(target, { message, body }, undefined, done));
    response.writeHead(flake.status, { "content-type": "application/x-amz-json-1.0" }).end(flake.body);
  });
  const { url, close } = await listen(server);
  return { url, close, met: () => met };
}

interface Asked {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

/** Sends a request to `target`. Without a response the answer is dropped. */
function passOn(
  target: string,
  { message: { method, url, headers }, body }: Asked,
  response?: ServerResponse,
  done = () => {},
): void {
  const { hostname, port } = new URL(target);
  request({ hostname, port, path: url, method, headers }, answer => {
    if (response === undefined) answer.resume();
    else answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
    answer.once("end", done);
  }).end(body);
}
