import { fstatSync, read } from "node:fs";
import { addAbortSignal } from "node:stream";
import { promisify } from "node:util";

const readInto = promisify(read);
const chunkBytes = 1_048_576;
const stdin = 0;

/** Yields stdin until `signal` is aborted. Each chunk is valid until the next is requested. */
export const stdinUntil = (signal: AbortSignal): AsyncIterable<Uint8Array> =>
  fstatSync(stdin).isFile() ? chunksOfFile(signal) : addAbortSignal(signal, process.stdin);

/** Reads a file into one memory: a stream takes a new one for each 64 kB, for which garbage is collected. */
async function* chunksOfFile(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const memory = Buffer.allocUnsafeSlow(chunkBytes);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await readInto(stdin, memory, 0, chunkBytes, null);
    if (bytesRead === 0) return;
    yield memory.subarray(0, bytesRead);
  }
}
