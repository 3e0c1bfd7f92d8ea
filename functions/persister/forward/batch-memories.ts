import { ByteWriter } from "../../values/byte-writer.ts";
import { batchBytesMax, batchesInFlightBytesMax } from "../limits.ts";

/** Larger batches are rare, so their memory is not kept for another one. */
const keptBytesMax = 2 * batchBytesMax;

/**
 * The memory that batches are written to, reused from batch to batch: new arrays of 4 MB would wait for the
 * garbage collector. What is free takes at most as much as what may be in flight.
 */
export class BatchMemories {
  #free: ByteWriter[] = [];

  /** Returns the smallest free memory with room for `bytes`, or else the largest one, which then grows. */
  take(bytes: number): ByteWriter {
    const bySize = this.#free.sort((a, b) => a.capacity - b.capacity);
    const fitting = bySize.findIndex(({ capacity }) => capacity >= bytes);
    return bySize.splice(fitting, 1)[0] ?? new ByteWriter(0);
  }

  /** Keeps memory for later batches. Nobody may read it any more. */
  release(memory: ByteWriter): void {
    const free = this.#free.reduce((sum, { capacity }) => sum + capacity, memory.capacity);
    if (memory.capacity <= keptBytesMax && free <= batchesInFlightBytesMax) this.#free.push(memory);
  }
}
