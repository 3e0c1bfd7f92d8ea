import { constants } from "node:zlib";
import { PersisterError } from "../functions/persister/errors.ts";
import { inflationRatioMax, wireBytesMax } from "../functions/persister/limits.ts";
import type { Segment } from "../functions/persister/segments/cutter.ts";
import { type Ports, systemPorts } from "./ports.ts";

type Gzip = Ports["gzip"];
/** Fast: the wire is not what a run waits for. */
const level = 1;

/** A segment's body as it is sent, gzipped. Throws `body-too-large` for one line that is too long even so. */
export async function wireForm(
  { body, firstLine, headLines }: Segment,
  gzip: Gzip = systemPorts.gzip,
): Promise<Uint8Array> {
  const wire = await modestly(body, gzip);
  if (wire.length <= wireBytesMax) return wire;
  // A segment of several lines is smaller.
  const message = `a line of ${wire.length} bytes gzipped, and the endpoint takes ${wireBytesMax}: split it`;
  throw new PersisterError("body-too-large", `Nothing of line ${firstLine} is sent: ${message}.`, {
    faults: [{ line: headLines + 1, message }],
    faultsTotal: 1,
  });
}

/**
 * Text that shrinks as no honest one does is refused: it is coded letter by letter, which shrinks it 8 times
 * at most.
 */
async function modestly(body: Uint8Array, gzip: Gzip): Promise<Uint8Array> {
  const small = await gzip(body, { level });
  if (small.length * inflationRatioMax >= body.length) return small;
  return gzip(body, { level, strategy: constants.Z_HUFFMAN_ONLY });
}
