import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Random } from "../simulation/random.ts";
import { Client } from "./client.ts";
import { compare } from "./comparison.ts";
import { freePort, Server } from "./server.ts";

/** `npm run test:chaos [-- --kills 50 --streamers 4 --seed 1]`: real processes, killed under load; then all is compared. */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    streamers: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
  },
});
const random = new Random(Number(values.seed));
const dir = await mkdtemp(join(tmpdir(), "persister-chaos-"));
const token = "chaos";
const sandboxDir = join(dir, "sandbox");
const logPath = join(sandboxDir, "accepted.ndjson");
const sandbox = new Server("sandbox.ts", await freePort(), { DATA_DIR: sandboxDir });
const endpoint = new Server("endpoint.ts", await freePort(), {
  DATA_DIR: join(dir, "endpoint"),
  IMPORT_API_URL: sandbox.url,
  PERSISTER_TOKEN: token,
});
const clients = Array.from(
  { length: Number(values.streamers) },
  (_, n) => new Client(`streamer${n}`, { url: endpoint.url, token, logPath }, new Random(n)),
);

/** Kills one or the other, again and again, whatever they are at. */
async function killing(): Promise<void> {
  const total = Number(values.kills);
  for (let kills = 1; kills <= total; kills++) {
    await setTimeout(random.int(50, 1_500));
    const victim = random.pick([sandbox, endpoint]);
    await victim.kill();
    const deliveries = sum(client => client.taken.length);
    console.error(
      `kill ${kills} of ${total}: ${victim === sandbox ? "sandbox" : "endpoint"}; ${deliveries} deliveries so far`,
    );
    await victim.start();
  }
}

const sum = (count: (client: Client) => number) =>
  clients.reduce((total, client) => total + count(client), 0);

let isOver = false;
try {
  await Promise.all([sandbox.start(), endpoint.start()]);
  const running = Promise.all(clients.map(client => client.run(() => isOver)));
  await Promise.race([killing(), running]);
  isOver = true;
  await running;
  const compared = await compare(clients, logPath, join(dir, "endpoint", "s3"));
  for (const fault of compared.faults.slice(0, 20)) console.error(fault);
  console.log(
    `${sandbox.kills + endpoint.kills} kills (${endpoint.kills} of the endpoint, ${sandbox.kills} of the Import API), ` +
      `${sum(({ taken }) => taken.length)} deliveries, ${sum(({ retries }) => retries)} retries, ` +
      `${sum(({ replays }) => replays)} replayed receipts, ${sum(({ restarts }) => restarts)} started anew\n` +
      `${sum(({ position }) => position)} records sent, ${compared.records} landed in ${compared.requests} requests, ` +
      `${compared.rows} rows; ${compared.archived} bodies in the archive; ${compared.bookmarks} bookmarks seen\n` +
      `${compared.faults.length} records missing, rows twice or stale, bodies changed, bookmarks ahead`,
  );
  process.exitCode = compared.faults.length === 0 ? 0 : 1;
} finally {
  await Promise.all([endpoint.stop(), sandbox.stop()]);
  await rm(dir, { recursive: true, force: true });
}
