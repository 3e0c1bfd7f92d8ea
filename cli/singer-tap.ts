import { firstVisible } from "../functions/stitchstream/header.ts";
import { openBrace } from "../functions/values/bytes.ts";
import { usageError } from "./cli-error.ts";
import { peek, wholeSource } from "./peek.ts";

/** More white space than this is not the beginning of a message. */
const headBytesMax = 65_536;
const said = "This looks like a Singer tap: pass --state";
const otherwise = "or --bookmark-arg= for a program that reads its bookmark's file as its last argument";

/**
 * Yields the output of a command that gets its bookmark's file as a bare argument. Most Singer taps ignore
 * that and start from the beginning, as they expect `--state`. If the command prints Singer messages and it
 * `hasBookmark`, rejects with CliError before the first byte; without a bookmark, calls `warn`.
 */
export async function* assertNotSingerTap(
  output: AsyncIterable<Uint8Array>,
  { hasBookmark, warn }: { readonly hasBookmark: boolean; readonly warn: (message: string) => void },
): AsyncGenerator<Uint8Array> {
  const chunks = output[Symbol.asyncIterator]();
  const peeked = await peek(chunks, head => head.length > headBytesMax || firstByte(head) !== undefined);
  const whole = wholeSource(peeked);
  if (firstByte(peeked.head) === openBrace) {
    if (!hasBookmark) warn(`${said}, ${otherwise}.`);
    else {
      await chunks.return?.();
      throw usageError(`${said}, ${otherwise}. Nothing is sent.`);
    }
  }
  yield* whole;
}

/** Returns the first byte after any byte-order mark and white space. */
function firstByte(head: Uint8Array): number | undefined {
  return head[firstVisible(head, head[0] === 0xef ? 3 : 0)];
}
