import type { Contents } from "../persister/body/contents.ts";
import type { Batch } from "../persister/destination.ts";
import type { ByteWriter } from "../values/byte-writer.ts";

/** One request to encode: the arguments of `BatchEncoder.encode`. */
export interface Encoding {
  readonly contents: Contents;
  readonly batch: Batch;
  readonly firstSequence: bigint;
  /** Empty, with room for the records. */
  readonly out: ByteWriter;
}
