import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves this machine only. */
export const loopback = "127.0.0.1";

export interface Listening {
  readonly url: string;
  /** Accepts no more requests and aborts those in progress. */
  close(): Promise<void>;
}

/** Listens on a port of an address; 0 means any free one. Rejects if it is in use. */
export async function listen(server: Server, port = 0, host = loopback): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
