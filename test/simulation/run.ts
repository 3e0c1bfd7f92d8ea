import { parseArgs } from "node:util";
import { faultTable, neverHit } from "./report.ts";
import { runSeeds, type Summary } from "./workers.ts";

/**
 * `npm run simulate -- --seeds 100000 [--from 0]` on all cores; `-- --minutes 10` for that long; `-- --seed
 * 17` replays a failed one exactly; `-- --database` sends records to a database instead of the Import API.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    minutes: { type: "string" },
    from: { type: "string", default: "0" },
    seed: { type: "string" },
    cores: { type: "string" },
    database: { type: "boolean" },
  },
});
const seedsDefault = 10_000;
/** With fewer schedules, a fault or a step may be missed by chance. */
const tellingMin = 1_000;
const minuteMilliseconds = 60_000;

const from = naturalOf("from", values.seed ?? values.from);
const minutes = values.minutes === undefined ? undefined : naturalOf("minutes", values.minutes);
const seeds = values.seed === undefined ? seedsOf(values.seeds) : 1;
const cores = values.cores === undefined ? undefined : naturalOf("cores", values.cores);

function seedsOf(text: string | undefined): number {
  if (text !== undefined) return naturalOf("seeds", text);
  return minutes === undefined ? seedsDefault : Number.POSITIVE_INFINITY;
}

function naturalOf(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} is a whole number, not ${text}.`);
  process.exit(2);
}

const destination = values.database === true ? "database" : "import-api";

const started = Date.now();
const elapsedSeconds = () => (Date.now() - started) / 1_000;
const endMilliseconds = minutes === undefined ? undefined : started + minutes * minuteMilliseconds;

function draw(done: number): void {
  if (!process.stderr.isTTY) return;
  const seconds = Math.max(1, elapsedSeconds());
  const fraction = Math.max(done / seeds, minutes === undefined ? 0 : seconds / (60 * minutes));
  const width = 30;
  const filled = Math.min(width, Math.round(width * fraction));
  const bar = "█".repeat(filled) + "░".repeat(width - filled);
  const left = Math.ceil(seconds / Math.max(fraction, 1e-6) - seconds);
  process.stderr.write(`\r${bar} ${done} schedules, ${left} s to go \u001b[K`);
}

function say({ schedules, steps, commits, faults, workers }: Summary): void {
  const seconds = Math.max(0.1, elapsedSeconds());
  console.log(
    `${schedules} schedules from seed ${from}: ${steps} steps, ${commits} commits, no invariant broken, ` +
      `in ${Math.round(seconds)} s (${Math.round(schedules / seconds)} schedules a second on ` +
      `${workers} cores)`,
  );
  if (values.seed !== undefined) return;
  console.log(`\nFaults by step:\n\n${faultTable(faults)}`);
  const missed = neverHit(faults, destination);
  if (missed.length === 0) return;
  console.log(`\nNever hit: ${missed.join(", ")}`);
  if (schedules >= tellingMin) process.exitCode = 1;
}

try {
  const summary = await runSeeds({ from, seeds, endMilliseconds, cores, destination, onProgress: draw });
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  say(summary);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
