import { Stopped, StreamerFailed } from "../../../functions/program/streaming.ts";
import type { Line } from "../line.ts";
import type { World } from "../world/world.ts";
import { type Body, bodyOf, positionIn } from "./body.ts";

export interface Printing {
  readonly world: World;
  readonly streamer: string;
  /** The streamer's parent process, with which it dies. */
  readonly line: Line;
  /** When a slow streamer is ended, by the process's clock, in ms since the epoch. */
  readonly stopAt: number;
  readonly givenUp: AbortSignal;
}

/** A streamer's output, and the body that it prints. */
export interface Printed {
  readonly body: Body;
  readonly output: AsyncGenerator<Uint8Array>;
}

const changesMax = 12;
/** A bookmark is sent after waiting this long. */
const pauseMilliseconds = [0, 20_000] as const;

/**
 * Runs a streamer from a bookmark's text on. It prints its source's changes, sometimes in small parts, and
 * may fail.
 */
export function printFrom(bookmark: string | undefined, printing: Printing): Printed {
  const { world, streamer } = printing;
  const { random } = world;
  const source = world.sourceOf(streamer);
  source.grow();
  const position = positionIn(bookmark);
  const body = bodyOf({
    name: `stream-${world.newId()}`,
    source,
    changes: source.changes.slice(position, position + changesMax),
    dialect: random.pick(source.traits.dialects),
    isMarked: () => random.chance(0.5),
  });
  world.bodies.set(body.name, body);
  return { body, output: print(body, printing) };
}

async function* print(body: Body, { world, line, stopAt, givenUp }: Printing): AsyncGenerator<Uint8Array> {
  const { random } = world;
  const parts = partsOf(body, random.int(1, 4));
  const fault = line.fault("stream");
  const faultyPart = random.int(0, parts.length);
  for (const [n, part] of parts.entries()) {
    if (n > 0 && random.chance(0.7)) await line.sleep(random.int(...pauseMilliseconds));
    if (fault === "broken-stream" && n === faultyPart) throw new StreamerFailed("it broke");
    if (fault === "slow-stream" && n === faultyPart) await line.sleep(Math.max(0, stopAt - line.now()));
    if (givenUp.aborted || line.now() >= stopAt) throw new Stopped();
    yield part;
  }
}

/** The stream in this many pieces, cut anywhere. */
function partsOf({ lines }: Body, count: number): Uint8Array[] {
  const bytes = Buffer.from(lines.join(""));
  const size = Math.ceil(bytes.length / count);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}
