import {
  commitOf,
  fail,
  hear,
  naming,
  positionOf,
  released,
  revisionOf,
  withProcess,
  write,
} from "./moves.ts";
import type { At, Commit, Item, KeyItem, Process, State } from "./state.ts";

/**
 * The next step of a process, as in docs/guarantees.md: look-up, begin, save-record, send, commit; or a
 * change.
 */
export const records = 2;
const triesMax = 5;

/** The item that a read finds, or whether a write was done. */
export type Found = Item | KeyItem | boolean | undefined;

/** The process gets its call's result and continues with the next call. */
export function resume(state: State, client: number, at: At, found: Found): State {
  const { body, process: before } = state.clients[client]!;
  const process = before!;
  const { next } = process;
  const to = (change: Partial<Process>) => withProcess(state, client, { ...process, ...change });
  const isOwn = (found as Item | KeyItem | undefined)?.stamp === next?.stamp;
  switch (at) {
    case "look-up": {
      const keyItem = found as KeyItem | undefined;
      return to({ at: "read", ...(keyItem && { keyItem, delivery: keyItem.delivery }) });
    }
    case "look-up after": {
      const keyItem = found as KeyItem | undefined;
      return inspected(to(keyItem ? { keyItem, delivery: keyItem.delivery } : {}), client);
    }
    case "read": {
      const seen = withItem(state, client, found as Item | undefined);
      return body!.isChange ? change(seen, client) : inspected(seen, client);
    }
    case "verify receipt":
      return (found as KeyItem | undefined)?.receipt === process.keyItem!.receipt
        ? replayed(state, client, process.keyItem, process.item)
        : begin(state, client);
    case "begin":
      return found === true ? saveRecord(state, client) : to({ at: "reread" });
    case "reread":
      if (isOwn) return saveRecord(state, client);
      if (process.tries + 1 === triesMax) return fail(state, client, { code: "delivery-in-flight" });
      return to({ at: "again", tries: process.tries + 1 });
    case "again":
      return begin(withItem(state, client, found as Item | undefined), client);
    case "save-record":
      return found === true ? sendAll(state, client) : to({ at: "reread key" });
    case "reread key":
      return isOwn ? sendAll(state, client) : fail(state, client, { code: "delivery-in-flight" });
    case "receipt":
      return found === true ? commit(state, client, records) : to({ at: "reread receipt" });
    case "reread receipt":
      return isOwn ? commit(state, client, records) : fail(state, client, { code: "delivery-in-flight" });
    case "commit":
      return found === true ? committed(state, client) : to({ at: "reread commit" });
    case "reread commit": {
      const made = (next as Item).commit!;
      const there = commitOf(state, found as Item | undefined, made.revision);
      const isMade = there?.delivery === made.delivery && there.at === made.at;
      return isMade ? committed(state, client) : fail(state, client, { code: "superseded" });
    }
    case "release":
      return released(state, client);
    case "twin":
      if (found === undefined) return hear(state, client, { code: "superseded" });
      return to({ at: "twin's item", keyItem: found as KeyItem });
    case "twin's item": {
      const isGood = goodCommit(state, process.keyItem, found as Item | undefined) !== undefined;
      if (!isGood) return hear(state, client, { code: "superseded" });
      return to({ at: "twin's receipt", item: found as Item });
    }
    case "twin's receipt":
      return (found as KeyItem | undefined)?.receipt === process.keyItem!.receipt
        ? replayed(state, client, process.keyItem, process.item)
        : hear(state, client, { code: "superseded" });
    case "change":
      return found === true ? committed(state, client) : to({ at: "reread change" });
    case "reread change":
      return isOwn ? committed(state, client) : to({ at: "find change" });
    case "find change": {
      const made = (next as Item).commit!;
      const there = commitOf(state, found as Item | undefined, made.revision);
      return there?.delivery === made.delivery
        ? committed(state, client)
        : fail(state, client, { code: "delivery-in-flight" });
    }
    case "send":
      throw new Error("A record is not a call into the store.");
  }
}

/** The process knows the record under its key, and the item, which may be older. */
function inspected(state: State, client: number): State {
  const process = state.clients[client]!.process!;
  const { keyItem, item } = process;
  const isGood = goodCommit(state, keyItem, item) !== undefined;
  if (isGood) return withProcess(state, client, { ...process, at: "verify receipt" });
  const isOutdated = keyItem !== undefined && (item?.range ?? 0) < keyItem.range;
  return isOutdated ? withProcess(state, client, { ...process, at: "again" }) : begin(state, client);
}

function withItem(state: State, client: number, item: Item | undefined): State {
  const { item: _, ...process } = state.clients[client]!.process!;
  return withProcess(state, client, { ...process, ...(item && { item }) });
}

/** The commit that makes a receipt valid. */
function goodCommit(state: State, keyItem: KeyItem | undefined, item: Item | undefined): Commit | undefined {
  if (keyItem?.receipt === undefined) return undefined;
  const commit = commitOf(state, item, keyItem.receipt);
  return commit?.delivery === keyItem.delivery && commit.whole ? commit : undefined;
}

function replayed(state: State, client: number, keyItem: KeyItem | undefined, item: Item | undefined): State {
  const { revision, position } = goodCommit(state, keyItem, item)!;
  return hear(state, client, { code: "replayed", revision, position });
}

/** Files a commit before it is replaced. */
function file(state: State, { commit }: Item): State {
  if (commit === undefined || state.history[commit.revision - 1] !== undefined) return state;
  return { ...state, history: [...state.history, commit] };
}

const none: Item = { fence: 0, stamp: 0, range: 0 };

function begin(state: State, client: number): State {
  const { body, process } = state.clients[client]!;
  const { keyItem, item = none, delivery, late } = process!;
  if (item.lease?.over === false) return fail(state, client, { code: "delivery-in-flight" });
  const isContinued = keyItem !== undefined && item.commit?.delivery === keyItem.delivery;
  if (keyItem !== undefined) {
    const isMoved = revisionOf(item) !== keyItem.base && !isContinued;
    const isDone = isContinued && item.commit?.whole === true;
    if (item.range !== keyItem.range || isMoved || isDone) return fail(state, client, { code: "superseded" });
  }
  const isSeen = body!.revision === undefined || body!.revision === revisionOf(item);
  if (!isContinued && !isSeen) {
    const [revision, position] = [revisionOf(item), positionOf(item)];
    return fail(state, client, { code: "precondition-failed", revision, position });
  }
  const range = keyItem?.range ?? item.range + 1;
  const next = { ...item, range: Math.max(item.range, range), lease: { delivery, over: late } };
  return write<Item>(state, client, { ...process!, at: "begin" }, next);
}

/** The process has the lease: it stores its sequences under its key. */
function saveRecord(state: State, client: number): State {
  const { process } = state.clients[client]!;
  const item = process!.next as Item;
  const { delivery } = process!;
  const first = { fence: 0, delivery, base: revisionOf(item), range: item.range };
  const { receipt: _, ...next } = { receipt: 0, ...(process!.keyItem ?? first) };
  return write<KeyItem>(state, client, { ...process!, at: "save-record", item }, next);
}

function sendAll(state: State, client: number): State {
  const { body, process } = state.clients[client]!;
  const { item, delivery, late } = process!;
  const acceptedCount = item!.commit?.delivery === delivery ? item!.commit.acceptedCount : 0;
  const sending = { ...process!, at: "send" as const, keyItem: process!.next as KeyItem, acceptedCount };
  const next = withProcess(state, client, sending);
  if (late) return answered(next, client, acceptedCount);
  const { range } = sending.keyItem;
  const { key } = body!;
  const sent = { ...state.sent, [key]: state.sent[key] ?? { accepted: 0, range } };
  return { ...next, sent, sentRange: Math.max(state.sentRange, range) };
}

/** Its records are answered: the first ones are accepted. */
export function answered(state: State, client: number, accepted: number): State {
  const { process } = state.clients[client]!;
  const { keyItem, item, acceptedCount } = process!;
  if (accepted === records) {
    const next = { ...keyItem!, receipt: revisionOf(item) + 1 };
    return write<KeyItem>(file(state, item!), client, { ...process!, at: "receipt" }, next);
  }
  return accepted > acceptedCount
    ? commit(file(state, item!), client, accepted)
    : fail(state, client, naming({ code: "unavailable" }, item));
}

/** About to commit the first records, or all. */
function commit(state: State, client: number, acceptedCount: number): State {
  const { body, process } = state.clients[client]!;
  const { item, delivery } = process!;
  const { lease: _, ...rest } = item!;
  const made: Commit = {
    revision: revisionOf(item) + 1,
    at: state.writes + 1,
    delivery,
    whole: acceptedCount === records,
    acceptedCount,
    position: body!.from + acceptedCount,
  };
  const partly = acceptedCount < records && { answer: { code: "unavailable", isUnknown: true } };
  return write<Item>(state, client, { ...process!, at: "commit", ...partly }, { ...rest, commit: made });
}

function change(state: State, client: number): State {
  const { body, process } = state.clients[client]!;
  const { item = none, delivery } = process!;
  if (item.lease?.over === false) return fail(state, client, { code: "delivery-in-flight" });
  const [revision, position] = [revisionOf(item), positionOf(item)];
  if (body!.revision !== revision)
    return fail(state, client, { code: "precondition-failed", revision, position });
  const { lease: _, ...rest } = item;
  const at = state.writes + 1;
  const made = { revision: revision + 1, at, delivery, whole: false, acceptedCount: 0, position: 0 };
  return write<Item>(file(state, item), client, { ...process!, at: "change" }, { ...rest, commit: made });
}

function committed(state: State, client: number): State {
  const process = state.clients[client]!.process!;
  const { revision, position } = (process.next as Item).commit!;
  if (process.answer !== undefined) return fail(state, client, naming(process.answer, process.next as Item));
  return hear(state, client, { code: "committed", revision, position });
}
