import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { logPathOf } from "../../infra/local/import-api/log.ts";
import { freePort } from "../free-port.ts";
import { bundle, bundleFolder } from "../simulation/bundle.ts";
import { Random } from "../simulation/random.ts";
import { Client } from "./client.ts";
import { compare } from "./comparison.ts";
import { killing } from "./killer.ts";
import { Runner, type RunnerKind } from "./runner.ts";
import { Server } from "./server.ts";
import { firstFaults, neverKilledAt, summary } from "./summary.ts";
import type { Victim } from "./victim.ts";

/**
 * `npm run test:chaos [-- --kills 50 --streamers 4 --seed 1]`: real processes, killed under load. Then
 * everything is compared.
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
const programsDir = await bundleFolder();
const token = "chaos";
const sandboxDir = join(dir, "sandbox");
const logPath = logPathOf(sandboxDir);
const [sandboxPort, endpointPort] = [await freePort(), await freePort()];
const sandbox = new Server("sandbox", {
  port: sandboxPort,
  stepsFile: join(dir, "sandbox.steps"),
  env: { DATA_DIR: sandboxDir },
});
const endpointEnv = { DATA_DIR: join(dir, "endpoint"), IMPORT_API_URL: sandbox.url };
const endpoint = new Server("endpoint", {
  port: endpointPort,
  stepsFile: join(dir, "endpoint.steps"),
  env: { ...endpointEnv, PERSISTER_TOKEN: token },
});

const at = { url: endpoint.url, token, logPath };
const clients = Array.from({ length: streamers }, (_, n) => new Client(`streamer${n}`, at, new Random(n)));
const programs = {
  persist: await bundle("../../cli/persist.ts", programsDir, "persist"),
  steps: await bundle("../chaos/persist-steps.ts", programsDir, "steps"),
  scheduled: await bundle("../chaos/scheduled.ts", programsDir, "scheduled"),
  streamer: await bundle("../chaos/streamer.ts", programsDir, "streamer"),
};
const kinds: readonly RunnerKind[] = ["command", "command", "pipe", "scheduled", "scheduled", "scheduled"];
const runners = kinds.map(
  (kind, n) => new Runner(`${kind}${n}`, kind, { ...at, dir, programs, env: endpointEnv }),
);
const victims = [endpoint, sandbox, ...runners];

function draw(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
  else if (text !== "") console.error(text);
}

async function killed(kill: number, victim: Victim): Promise<void> {
  const deliveries = clients.reduce((total, { taken }) => total + taken.length, 0);
  const runs = runners.reduce((total, runner) => total + runner.runs, 0);
  draw(`kill ${kill} of ${kills}: ${victim.name}; ${deliveries} deliveries and ${runs} runs so far`);
  if (victim instanceof Server) await victim.start();
}

/** A delivery that is never accepted would keep its client trying permanently. */
async function late(): Promise<never> {
  const seconds = 240 + 12 * kills;
  await setTimeout(seconds * 1_000, undefined, { ref: false });
  throw new Error(`It was not over after ${seconds} s.`);
}

async function deliverAndKill(): Promise<void> {
  await Promise.all([sandbox.start(), endpoint.start()]);
  let isOver = false;
  const delivering = Promise.all([...clients, ...runners].map(each => each.run(() => isOver)));
  await Promise.race([killing(victims, kills, random, killed), delivering]);
  isOver = true;
  await delivering;
}

/** A runner's deliveries, in the form of a client's. */
async function broughtBy({ streamer, seen }: Runner): Promise<Client> {
  const client = new Client(streamer, at, random);
  client.seen.push(...seen);
  const { bookmark } = await client.fetchBookmark();
  client.position = bookmark;
  return client;
}

async function deliverAndCompare() {
  await deliverAndKill();
  const brought = await Promise.all(runners.map(broughtBy));
  return { compared: await compare([...clients, ...brought], logPath, join(dir, "endpoint", "s3")), brought };
}

/** With fewer kills, a step may be missed by chance. */
const tellingMin = 40;

let isRight = false;
try {
  const { compared, brought } = await Promise.race([
    deliverAndCompare(),
    sandbox.lost,
    endpoint.lost,
    late(),
  ]);
  const missed = neverKilledAt(victims);
  const isTested = kills < tellingMin ? victims.some(hasDiedAtStep) : missed.length === 0;
  isRight = compared.faults.length === 0 && isTested;
  draw("");
  for (const text of firstFaults(compared.faults)) console.error(text);
  console.log(summary(victims, [...clients, ...brought], compared));
  if (missed.length > 0) console.log(`no kill fell into: ${missed.join(", ")}`);
  process.exitCode = isRight ? 0 : 1;
} finally {
  await Promise.all(victims.map(victim => victim.stop()));
  await rm(programsDir, { recursive: true, force: true });
  if (isRight) await rm(dir, { recursive: true, force: true });
  else console.error(`What is left of it: ${dir}\n${endpoint.lastWords()}${sandbox.lastWords()}`);
}

function hasDiedAtStep({ kills }: Victim): boolean {
  return [...kills.keys()].some(step => step !== "");
}
