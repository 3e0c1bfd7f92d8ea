import { constants } from "node:zlib";
import { PersisterError } from "../functions/persister/errors.ts";
import { inflationRatioMax, wireBytesMax } from "../functions/persister/limits.ts";
import { type Segment, wholeLineOf } from "../functions/persister/segments/cutter.ts";
import type { LineOf } from "./fault-lines.ts";
import { type Ports, systemPorts } from "./ports.ts";

type Gzip = Ports["gzip"];
/** The fastest: the network is not the bottleneck of a run. */
const level = 1;

/**
 * Compresses a segment's body. The endpoint refuses text that shrinks too well; Huffman coding alone shrinks
 * it at most 8 times.
 */
export async function gzipBody(body: Uint8Array, gzip: Gzip = systemPorts.gzip): Promise<Uint8Array> {
  const small = await gzip(body, { level });
  if (small.length * inflationRatioMax >= body.length) return small;
  return gzip(body, { level, strategy: constants.Z_HUFFMAN_ONLY });
}

/** Throws PersisterError `body-too-large` if a segment's only line is too large to be sent, even gzipped. */
export async function assertLineFits(segment: Segment): Promise<void> {
  const { length } = await gzipBody(segment.body);
  if (length > wireBytesMax) throw lineTooLarge(segment, length, line => wholeLineOf(segment, line));
}

/** Returns the error for a segment whose only line has `wireBytes` when it is gzipped. */
export function lineTooLarge({ headLines }: Segment, wireBytes: number, lineOf: LineOf): PersisterError {
  const line = headLines + 1;
  const message = `a line of ${wireBytes} bytes gzipped; the endpoint accepts ${wireBytesMax}: split it`;
  return new PersisterError("body-too-large", `Nothing of line ${lineOf(line)} is sent: ${message}.`, {
    faults: [{ line, message }],
    faultsTotal: 1,
  });
}
