/** The beginning of a source, and what follows it. */
export interface Peeked {
  readonly head: Uint8Array;
  readonly rest: AsyncIterator<Uint8Array>;
}

/** Reads chunks until `isEnough` returns true for what was read, or to the end. */
export async function peek(
  rest: AsyncIterator<Uint8Array>,
  isEnough: (head: Uint8Array) => boolean,
): Promise<Peeked> {
  let head: Uint8Array = new Uint8Array();
  while (!isEnough(head)) {
    const { done, value } = await rest.next();
    if (done === true) break;
    // Copied, as a source may use a chunk's memory again.
    head = Buffer.concat([head, value]);
  }
  return { head, rest };
}

/** Yields the whole source, as if nobody had peeked, and ends it. */
export async function* wholeSource({ head, rest }: Peeked): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let got = await rest.next(); got.done !== true; got = await rest.next()) yield got.value;
  } finally {
    await rest.return?.();
  }
}
