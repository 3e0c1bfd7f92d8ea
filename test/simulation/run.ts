import { parseArgs } from "node:util";
import { simulate } from "./simulate.ts";

/** `npm run simulate -- --seeds 100000 [--from 0]`, or `-- --seed 17` for one that failed: it replays exactly. */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "0" },
    seed: { type: "string" },
  },
});
const from = naturalOf("from", values.seed ?? values.from);
const seeds = values.seed === undefined ? naturalOf("seeds", values.seeds) : 1;

function naturalOf(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} is a whole number, not ${text}.`);
  process.exit(2);
}

const started = Date.now();
const elapsed = () => (Date.now() - started) / 1_000;
let [steps, commits, drawn] = [0, 0, 0];

function draw(done: number): void {
  if (!process.stderr.isTTY || Date.now() - drawn < 200) return;
  drawn = Date.now();
  const width = 30;
  const filled = Math.round((width * done) / seeds);
  const bar = "█".repeat(filled) + "░".repeat(width - filled);
  const left = Math.ceil((elapsed() / Math.max(1, done)) * (seeds - done));
  process.stderr.write(`\r${bar} ${done} of ${seeds} schedules, ${left} s to go \u001b[K`);
}

for (let done = 0; done < seeds; done++) {
  draw(done);
  try {
    const simulated = await simulate(from + done);
    steps += simulated.steps;
    commits += simulated.commits;
  } catch (error) {
    console.error(`\n${(error as Error).stack}\n\nIt replays: npm run simulate -- --seed ${from + done}`);
    process.exit(1);
  }
}
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
console.log(
  `${seeds} schedules from seed ${from}: ${steps} steps, ${commits} commits, no invariant broken, in ${Math.round(elapsed())} s`,
);
