import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

// A Singer tap that prints a file's lines: all of them, or those after the STATE that it starts from. While
// there is a file of this name with `.parts` after it, that says how many parts may be printed.
const [file, flag, statePath] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const [schema] = text.split("\n", 1);
const state = flag === "--state" ? JSON.stringify(JSON.parse(readFileSync(statePath, "utf8"))) : undefined;
const last = `{"type":"STATE","value":${state}}\n`;
const from = state === undefined ? 0 : text.indexOf(last) + last.length;

// Slowly, so that there is something to interrupt: up to one STATE at a time.
const pauseMilliseconds = 400;
if (from > 0) process.stdout.write(`${schema}\n`);
const partsMax = () => (existsSync(`${file}.parts`) ? Number(readFileSync(`${file}.parts`)) : Infinity);
const parts = text.slice(from).split(/(?<="STATE".*\n)/);
for (const [index, part] of parts.entries()) {
  while (index >= partsMax()) await setTimeout(pauseMilliseconds);
  process.stdout.write(part);
  await setTimeout(pauseMilliseconds);
}
