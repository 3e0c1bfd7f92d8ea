import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the range from which Linux assigns ports. */
const ports = { first: 10_000, last: 32_000 };

/** Resolves to a port that nobody else takes while the process that listens on it is started again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(ports.first, ports.last);
    const server = createServer();
    const isFree = await new Promise<boolean>(resolve => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise(resolve => server.close(resolve));
    return port;
  }
}
