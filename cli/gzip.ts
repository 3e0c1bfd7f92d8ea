import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { PersisterError } from "../functions/persister/errors.ts";
import { inflationRatioMax, wireBytesMax } from "../functions/persister/limits.ts";
import type { Segment } from "../functions/persister/segments/cutter.ts";

const gzipped = promisify(gzip);
/** Fast: the wire is not what a run waits for. */
const level = 1;

/** A segment's body as it is sent, gzipped. Throws `body-too-large` for one line that is too long even so. */
export async function wireForm({ body, firstLine, headLines }: Segment): Promise<Uint8Array> {
  const wire = await modestly(body);
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
async function modestly(body: Uint8Array): Promise<Uint8Array> {
  const small = await gzipped(body, { level });
  if (small.length * inflationRatioMax >= body.length) return small;
  return gzipped(body, { level, strategy: constants.Z_HUFFMAN_ONLY });
}
