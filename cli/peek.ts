/** The beginning of a source, and what follows it. */
export interface Peeked {
  readonly head: Uint8Array;
  readonly rest: AsyncIterator<Uint8Array>;
}

/** Reads chunks until `isEnough` of what has come, or to the end. */
export async function peek(
  rest: AsyncIterator<Uint8Array>,
  isEnough: (head: Uint8Array) => boolean,
): Promise<Peeked> {
  let head: Uint8Array = new Uint8Array();
  while (!isEnough(head)) {
    const { done, value } = await rest.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return { head, rest };
}

/** The source as if nobody had looked; ends the source, too. */
export async function* wholeOf({ head, rest }: Peeked): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let got = await rest.next(); got.done !== true; got = await rest.next()) yield got.value;
  } finally {
    await rest.return?.();
  }
}
