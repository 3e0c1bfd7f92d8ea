import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { deliverer } from "./delivering.ts";
import { type OwnServer, startOwnServer } from "./own-server.ts";
import { body, keyed } from "./stream.ts";

/** An instance of Lambda is frozen between two deliveries, and its connection dies meanwhile. */
let server: OwnServer;
beforeAll(async () => {
  server = await startOwnServer(["localhost"]);
});
afterAll(() => server.close());
afterEach(() => void vi.useRealTimers());

/** Sets the process's clock forward, as after a freeze. */
function freeze(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
}

interface Wire {
  readonly port: number;
  /** Everything that is sent from now on over today's connections is lost, and neither end notices. */
  cut(): void;
  close(): void;
}

/** A network between a process and the server. */
async function openWire(to: number): Promise<Wire> {
  const sockets: Socket[] = [];
  const wire: Server = createServer(near => {
    const far = connect(to, "127.0.0.1");
    sockets.push(near, far);
    near.pipe(far).pipe(near);
    for (const each of [near, far]) each.on("error", () => {});
  });
  await new Promise<void>(resolve => wire.listen(0, "127.0.0.1", resolve));
  return {
    port: (wire.address() as { port: number }).port,
    cut() {
      for (const each of sockets.splice(0)) {
        each.unpipe();
        each.on("data", () => {});
        each.removeAllListeners("end");
      }
    },
    close: () => void wire.close(),
  };
}

it("a delivery succeeds though the server was restarted meanwhile", async () => {
  const { deliver, close } = deliverer({ url: server.url, schema: "frozen" });
  expect((await deliver(body(keyed("t", { id: 1 })))).error).toBeUndefined();
  await server.restart();
  freeze();
  const { tables, error } = await deliver(body(keyed("t", { id: 2 })));
  expect(error).toBeUndefined();
  expect(tables).toMatchObject([{ inserted: 1 }]);
  await close();
});

it("a delivery succeeds though nothing answers on the connection any more", async () => {
  const wire = await openWire(server.port);
  const { deliver, close } = deliverer({
    url: `postgres://persister@127.0.0.1:${wire.port}/postgres`,
    schema: "half",
  });
  expect((await deliver(body(keyed("t", { id: 1 })))).error).toBeUndefined();
  wire.cut();
  freeze();
  const { tables, error } = await deliver(body(keyed("t", { id: 2 })));
  expect(error).toBeUndefined();
  expect(tables).toMatchObject([{ inserted: 1 }]);
  await close();
  wire.close();
});
