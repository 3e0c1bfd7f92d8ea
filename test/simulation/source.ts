/** What a streamer's source holds: changes to a few rows, in their order. Position n is the n-th change, from 1. */
export interface Change {
  readonly position: number;
  readonly id: number;
  /** A record without keys, in a request of its own table. */
  readonly isAppended: boolean;
}

/** A body as a streamer makes it of the changes behind its bookmark. */
export interface Body {
  /** Tells records of one body from those of another, wherever they turn up. */
  readonly name: string;
  readonly streamer: string;
  readonly bytes: Uint8Array;
  readonly changes: readonly Change[];
  /** It has a faulty line: nothing of it may be forwarded. */
  readonly faulty: boolean;
}

const header = "stitchstream/0.1\nContent-Type: jsonline\n--\n";

/**
 * A bookmark follows each change that `isMarked`, and the last. Every other body is a Singer tap's that was given no
 * state: it prints an empty one before its first bookmark and after its last.
 */
export function bodyOf(
  { name, streamer, changes, faulty }: Omit<Body, "bytes">,
  isMarked: (change: Change) => boolean,
): Body {
  const isSinger = changes.length % 2 === 1;
  const lines = changes.flatMap((change, n) => {
    const { id, position, isAppended } = change;
    const record = {
      type: "RECORD",
      stream: isAppended ? `${streamer}_log` : streamer,
      key_fields: isAppended ? undefined : ["id"],
      record: { id, position, body: name, n },
    };
    const bookmark = { type: isSinger ? "STATE" : "BOOKMARK", value: position };
    return n === changes.length - 1 || isMarked(change) ? [record, bookmark] : [record];
  });
  // Two bodies without records are two bodies all the same.
  const said = isSinger ? [emptyState({}), ...lines, emptyState(null)] : lines;
  const texts = [{ type: "NOTE", name }, ...said].map(line => JSON.stringify(line));
  if (faulty) texts.push('{"type":"RECORD","stream":"broken","record":');
  return { name, streamer, changes, faulty, bytes: Buffer.from((isSinger ? "" : header) + texts.join("\n")) };
}

const emptyState = (value: object | null) => ({ type: "STATE", value });
