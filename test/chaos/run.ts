import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { logPathOf } from "../../infra/local/import-api/log.ts";
import { Random } from "../simulation/random.ts";
import { Client } from "./client.ts";
import { compare } from "./comparison.ts";
import { killing } from "./killer.ts";
import { freePort, Server } from "./server.ts";
import { firstFaults, summary } from "./summary.ts";

/**
 * `npm run test:chaos [-- --kills 50 --streamers 4 --seed 1]`: real processes, killed under load; then all is
 * compared.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    streamers: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
  },
});
const kills = naturalOf("kills", values.kills, 1);
const streamers = naturalOf("streamers", values.streamers, 1);
const random = new Random(naturalOf("seed", values.seed, 0));

function naturalOf(name: string, text: string, min: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text);
  console.error(`--${name} is a whole number from ${min}, not ${text}.`);
  process.exit(2);
}

const dir = await mkdtemp(join(tmpdir(), "persister-chaos-"));
const token = "chaos";
const sandboxDir = join(dir, "sandbox");
const logPath = logPathOf(sandboxDir);
const sandbox = new Server("sandbox", await freePort(), { DATA_DIR: sandboxDir });
const endpoint = new Server("endpoint", await freePort(), {
  DATA_DIR: join(dir, "endpoint"),
  IMPORT_API_URL: sandbox.url,
  PERSISTER_TOKEN: token,
});
const clients = Array.from(
  { length: streamers },
  (_, n) => new Client(`streamer${n}`, { url: endpoint.url, token, logPath }, new Random(n)),
);

function draw(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
  else if (text !== "") console.error(text);
}

const progress = (kill: number, { name }: Server) => {
  const deliveries = clients.reduce((total, { taken }) => total + taken.length, 0);
  draw(`kill ${kill} of ${kills}: ${name}; ${deliveries} deliveries so far`);
};

/** A delivery that is never taken would keep its client trying forever. */
async function late(): Promise<never> {
  const seconds = 60 + 6 * kills;
  await setTimeout(seconds * 1_000, undefined, { ref: false });
  throw new Error(`It was not over after ${seconds} s.`);
}

async function deliverAndKill(): Promise<void> {
  await Promise.all([sandbox.start(), endpoint.start()]);
  let isOver = false;
  const delivering = Promise.all(clients.map(client => client.run(() => isOver)));
  await Promise.race([killing([sandbox, endpoint], kills, random, progress), delivering]);
  isOver = true;
  await delivering;
}

async function deliverAndCompare() {
  await deliverAndKill();
  return compare(clients, logPath, join(dir, "endpoint", "s3"));
}

let isRight = false;
try {
  const compared = await Promise.race([deliverAndCompare(), sandbox.lost, endpoint.lost, late()]);
  isRight = compared.faults.length === 0;
  draw("");
  for (const text of firstFaults(compared.faults)) console.error(text);
  console.log(summary({ endpoint, sandbox }, clients, compared));
  process.exitCode = isRight ? 0 : 1;
} finally {
  await Promise.all([endpoint.stop(), sandbox.stop()]);
  if (isRight) await rm(dir, { recursive: true, force: true });
  else console.error(`What is left of it: ${dir}\n${endpoint.lastWords()}${sandbox.lastWords()}`);
}
