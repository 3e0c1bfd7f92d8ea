import { isWrite, onKeyItem } from "./model.ts";
import { commitOf, isFinal } from "./moves.ts";
import type { Commit, Item, KeyItem, Process, Scenario, State } from "./state.ts";

/** Equal for states with the same possible futures. Clients that send the same are interchangeable. */
export function keyOf(state: State, scenario: Scenario): string {
  if (scenario.isAsymmetric) return textOf(state, scenario, [0, 1]);
  const [first, second] = state.clients.map(standing) as [string, string];
  if (first !== second) return textOf(state, scenario, first < second ? [0, 1] : [1, 0]);
  const [key, other] = [textOf(state, scenario, [0, 1]), textOf(state, scenario, [1, 0])];
  return other < key ? other : key;
}

/** Sorts most clients. */
const standing = ({ done, retries, process }: State["clients"][number]) => `${done}${retries}${process?.at}`;

/**
 * Revisions and positions are relative to the item's. Only the order of ranges counts; of fences and
 * stamps, whether a process's write still follows what is stored, and whether it stored that itself; of
 * delivery ids, whether it is the recorded one. An expired lease equals no lease. Keys that nobody sends
 * any more are omitted.
 */
function textOf(state: State, { keys }: Scenario, clientOrder: readonly number[]): string {
  const { item, history, sentRange } = state;
  const clients = clientOrder.flatMap(n => state.clients[n] ?? []);
  const names = new Map<string, string>();
  for (const [place, n] of clientOrder.entries())
    for (const key of keys[n]?.slice(state.clients[n]!.done) ?? [])
      if (!names.has(key)) names.set(key, `${place}${keys[n]!.indexOf(key)}`);
  const keyItem = Object.entries(state.keyItems).filter(([key]) => names.has(key));
  const sent = Object.entries(state.sent).filter(([key]) => names.has(key));
  const processes = clients.flatMap(({ process }) => process ?? []);
  const ranges = [
    item,
    ...keyItem.map(([, each]) => each),
    ...processes.flatMap(each => [itemIn(each, item), keyItemIn(each)]),
  ]
    .flatMap(each => each?.range ?? [])
    .concat(
      sent.map(([, { range }]) => range),
      sentRange,
    );
  const order = [...new Set(ranges)].sort((a, b) => a - b);
  const rank = (range: number) => order.indexOf(range);
  const [revision, position] = [item?.commit?.revision ?? 0, item?.commit?.position ?? 0];
  const back = (each: number | undefined) => (each === undefined ? "-" : revision - each);
  const id = (delivery: string) => {
    const [key = "", client, retry] = delivery.split(" ");
    const name = names.get(key);
    if (name === undefined) return "";
    return delivery === state.keyItems[key]?.delivery
      ? name
      : `${name}.${clientOrder.indexOf(Number(client))}${retry}`;
  };
  const commitText = ({ revision, delivery, whole, acceptedCount, position: at }: Commit) =>
    `${back(revision)}${id(delivery)}${whole ? "w" : acceptedCount}:${at - position}`;
  const itemText = ({ range, lease, commit }: Item) =>
    `${rank(range)}${lease?.over === false ? "l" : ""}${commit ? commitText(commit) : ""}`;
  const keyItemText = ({ delivery, base, range, receipt }: KeyItem) =>
    `${id(delivery)}${back(base)},${rank(range)},${back(receipt)}`;
  const processText = (process: Process, key: string) => {
    const { at, late, tries, acceptedCount, answer, next } = process;
    const there = onKeyItem(process) ? state.keyItems[key] : item;
    const isFresh = isWrite(process) && (there?.fence ?? 0) === next!.fence - 1;
    const isOwn = next !== undefined && there?.stamp === next.stamp;
    const made = madeBy(process);
    const isMade = made !== undefined && commitOf(state, item, made.revision)?.at === made.at;
    const isLate = late && (at === "save-record" || at === "reread key");
    const isHolder = itemIn(process, item)?.fence === item?.fence;
    const isLatest = keyItemIn(process)?.fence === state.keyItems[key]?.fence;
    const flags =
      `${isLate ? "L" : ""}${isHolder ? "H" : ""}${isLatest ? "K" : ""}${isFresh ? "F" : ""}` +
      `${isOwn ? "O" : ""}${isMade ? "M" : ""}${tries}`;
    const [held, known] = [itemIn(process, item), keyItemIn(process)];
    const given = answer && (isFinal(answer) || answer.code === "delivery-in-flight" ? answer.code : "");
    const texts = [known ? keyItemText(known) : "", held ? itemText(held) : "", acceptedCount, given];
    // From the look-up on, the delivery is the recorded one.
    const delivery = at.startsWith("look-up") && there !== undefined ? "" : id(process.delivery);
    return `${at}${flags}${delivery}${texts.join("|")}`;
  };
  const named = new Set(keyItem.map(([, { receipt }]) => receipt));
  for (const process of processes) named.add(keyItemIn(process)?.receipt).add(madeBy(process)?.revision);
  return [
    item ? itemText(item) : "",
    keyItem.map(([key, each]) => names.get(key) + keyItemText(each)).sort(),
    history.filter(each => named.has(each.revision)).map(commitText),
    ...clients.map(({ done, retries, body, process }) =>
      body === undefined
        ? `${done}${retries}`
        : `${done}${retries}${body.from - position},${back(body.revision)}` +
          `${process && processText(process, body.key)}`,
    ),
    rank(sentRange),
    sent.map(([key, { accepted, range }]) => `${names.get(key)}${accepted}${rank(range)}`).sort(),
  ].join(";");
}

/** The commit that it is about to make, or has tried to make. */
const madeBy = ({ at, next }: Process) =>
  at.endsWith("commit") || at.endsWith("change") ? (next as Item).commit : undefined;

/** The item that it has read, if a later step depends on it. */
function itemIn({ at, next, item }: Process, there: Item | undefined): Item | undefined {
  const isStale = at === "begin" && (there?.fence ?? 0) !== next!.fence - 1;
  const isReplaced = ["release", "reread", "again", "twin", "twin's item"].includes(at);
  return isStale || isReplaced || at.endsWith("change") ? undefined : item;
}

/** The same for the record that it has read under its key. */
const keyItemIn = ({ at, keyItem }: Process) =>
  ["release", "commit", "reread commit", "twin"].includes(at) ? undefined : keyItem;
