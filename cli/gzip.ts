import { constants } from "node:zlib";
import { PersisterError } from "../functions/persister/errors.ts";
import { inflationRatioMax, wireBytesMax } from "../functions/persister/limits.ts";
import type { Segment } from "../functions/persister/segments/cutter.ts";
import { type Ports, systemPorts } from "./ports.ts";

type Gzip = Ports["gzip"];
/** The fastest: the network is not the bottleneck of a run. */
const level = 1;

/** Resolves to a segment's body, gzipped. Throws `body-too-large` if a single line is too long even so. */
export async function gzipSegment(
  { body, firstLine, headLines }: Segment,
  gzip: Gzip = systemPorts.gzip,
): Promise<Uint8Array> {
  const wire = await gzipWithinRatio(body, gzip);
  if (wire.length <= wireBytesMax) return wire;
  // Only a segment of one line can be so large.
  const message = `a line of ${wire.length} bytes gzipped; the endpoint accepts ${wireBytesMax}: split it`;
  throw new PersisterError("body-too-large", `Nothing of line ${firstLine} is sent: ${message}.`, {
    faults: [{ line: headLines + 1, message }],
    faultsTotal: 1,
  });
}

/** The endpoint refuses text that shrinks too well. Huffman coding alone shrinks it at most 8 times. */
async function gzipWithinRatio(body: Uint8Array, gzip: Gzip): Promise<Uint8Array> {
  const small = await gzip(body, { level });
  if (small.length * inflationRatioMax >= body.length) return small;
  return gzip(body, { level, strategy: constants.Z_HUFFMAN_ONLY });
}
