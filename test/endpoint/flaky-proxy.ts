import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen } from "../../infra/local/listen.ts";

/**
 * What becomes of a request: it is answered so, taken and answered so, or, undefined, passed on and answered
 * as it is.
 */
export interface Flake {
  readonly status: number;
  readonly body?: string;
  readonly passedOn?: boolean;
}

/** A server before another one; the first requests for which `isFlaky` holds go by the script. */
export async function startFlakyProxy(
  target: string,
  script: Flake[],
  isFlaky: (message: IncomingMessage) => boolean,
) {
  let met = 0;
  const server = createServer(async (message, response) => {
    const body = await buffer(message);
    const flake = isFlaky(message) ? script.shift() : undefined;
    if (flake === undefined) return passOn(target, message, body, response);
    met++;
    if (flake.passedOn === true)
      await new Promise<void>(done => passOn(target, message, body, undefined, done));
    response.writeHead(flake.status, { "content-type": "application/x-amz-json-1.0" }).end(flake.body);
  });
  const { url, close } = await listen(server);
  return { url, close, met: () => met };
}

function passOn(
  target: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse | undefined,
  done = () => {},
): void {
  const { hostname, port } = new URL(target);
  request({ hostname, port, path: url, method, headers }, answer => {
    if (response === undefined) answer.resume();
    else answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
    answer.once("end", done);
  }).end(body);
}
