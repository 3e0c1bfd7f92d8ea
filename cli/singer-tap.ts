import { firstVisible } from "../functions/stitchstream/header.ts";
import { openBrace } from "../functions/values/bytes.ts";
import { usage } from "./cli-error.ts";
import { peek, wholeOf } from "./peek.ts";

/** White space that is longer begins nothing. */
const headBytesMax = 65_536;
const said = "This looks like a Singer tap: pass --state";
/**
 * What a bookmark's file is to a tap as a bare argument is not known: most taps ignore it, and begin from
 * nothing.
 */
const otherwise = "or --bookmark-arg= for a program that reads its bookmark's file as its last argument";

/**
 * What a command prints that gets its bookmark's file as a bare argument. A Singer tap would start from
 * nothing, as it reads its state behind `--state`: where it `hasBookmark`, rejects with CliError before the first
 * byte; else `warn` hears of it.
 */
export async function* unlessTap(
  output: AsyncIterable<Uint8Array>,
  { hasBookmark, warn }: { readonly hasBookmark: boolean; readonly warn: (message: string) => void },
): AsyncGenerator<Uint8Array> {
  const chunks = output[Symbol.asyncIterator]();
  const peeked = await peek(chunks, head => head.length > headBytesMax || firstByte(head) !== undefined);
  const whole = wholeOf(peeked);
  if (firstByte(peeked.head) === openBrace) {
    if (!hasBookmark) warn(`${said}, ${otherwise}.`);
    else {
      await chunks.return?.();
      throw usage(`${said}, ${otherwise}. Nothing is sent.`);
    }
  }
  yield* whole;
}

/** The first byte that is neither white space nor of a byte-order mark. */
function firstByte(head: Uint8Array): number | undefined {
  return head[firstVisible(head, head[0] === 0xef ? 3 : 0)];
}
