import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

// A Singer tap that prints a file's lines: all of them, or those after the STATE that it starts from. The last
// part waits as long as there is a file of this name with `.hold` after it.
const [file, flag, statePath] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const [schema] = text.split("\n", 1);
const state = flag === "--state" ? JSON.stringify(JSON.parse(readFileSync(statePath, "utf8"))) : undefined;
const last = `{"type":"STATE","value":${state}}\n`;
const from = state === undefined ? 0 : text.indexOf(last) + last.length;

// Slowly, so that there is something to interrupt: up to one STATE at a time.
const pauseMilliseconds = 400;
if (from > 0) process.stdout.write(`${schema}\n`);
const parts = text.slice(from).split(/(?<="STATE".*\n)/);
for (const [index, part] of parts.entries()) {
  while (index === parts.length - 1 && existsSync(`${file}.hold`)) await setTimeout(pauseMilliseconds);
  process.stdout.write(part);
  await setTimeout(pauseMilliseconds);
}
