import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Random } from "../simulation/random.ts";
import { bodyOf } from "./source.ts";

/**
 * A streamer: prints its source's changes after the bookmark in the file that its last argument names, if
 * any.
 */
const [stream, file] = process.argv.slice(2) as [string, string | undefined];
const random = new Random(Date.now());
let bookmark = file === undefined ? 0 : Number(readFileSync(file, "utf8").trim() || 0);
const name = randomUUID();
for (let part = 0; part < random.int(2, 8); part++) {
  const end = bookmark + random.int(1, 400);
  const text = bodyOf({ stream, bookmark, end, name }, random);
  // A single header for the whole stream.
  process.stdout.write(`${part === 0 ? text : text.slice(text.indexOf("--\n") + 3)}\n`);
  bookmark = end;
  // A bookmark that waits longer than this is sent, which makes several segments.
  await setTimeout(random.int(0, 1_200));
}
