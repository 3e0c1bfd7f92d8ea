import { answered, type Found, records, resume } from "./commands.ts";
import { fail, hear, positionOf, revisionOf, start, underLease, withClient, withProcess } from "./moves.ts";
import type { At, Body, Client, Item, KeyItem, Process, Scenario, State } from "./state.ts";

/**
 * The streamer's item and the commands on it, as in docs/guarantees.md: pure functions from state to state.
 * Each call of a process is an edge. So is a record that lands late, and the passing of time.
 */
export type Edge =
  | { readonly kind: "fetch" | "read first" | CallFault; readonly client: number }
  | { readonly kind: "send"; readonly client: number; readonly accepted: number }
  | { readonly kind: "pass" };
/** done: normally. twice: by a retry after a lost answer. lost: without effect. unsaid: answer lost. */
type CallFault = "done" | "twice" | "lost" | "unsaid" | "killed" | "killed after";

export const initial = (scenario: Scenario): State => ({
  keyItems: {},
  history: [],
  clients: scenario.keys.map(() => ({ done: 0, retries: 0 })),
  bodies: {},
  writes: 0,
  sent: {},
  sentRange: 0,
});

const writing: readonly At[] = ["begin", "save-record", "receipt", "commit", "release", "change"];
const ofKeyItem: readonly At[] = [
  "look-up",
  "look-up after",
  "verify receipt",
  "save-record",
  "reread key",
  "receipt",
  "reread receipt",
  "twin",
  "twin's receipt",
];
export const onKeyItem = ({ at }: Process) => ofKeyItem.includes(at);
export const isWrite = ({ at }: Process) => writing.includes(at);

const isStale = ({ item }: State, { next }: Process) => (item?.fence ?? 0) !== next!.fence - 1;

/**
 * Whether a process's call is independent of all others: on an item of its own, to the destination, a write
 * that is too late, or a read after it. Such a call comes first, since any other order leads to the same
 * states.
 */
function isAlone(state: State, { process, body }: Client, { keys }: Scenario): boolean {
  if (process === undefined) return false;
  const { at, next } = process;
  const isOwn = keys.filter(each => each.includes(body!.key)).length === 1;
  if (onKeyItem(process)) return isOwn;
  if (isWrite(process)) return isStale(state, process);
  if (at === "reread" || at === "reread change") return state.item?.stamp !== next!.stamp;
  return at === "send" || at === "find change" || (at === "reread commit" && isOwn);
}

/** All possible next edges. */
export function edgesOf(state: State, scenario: Scenario): Edge[] {
  const { keys } = scenario;
  const edges: Edge[] = [];
  const alone = state.clients.filter(client => isAlone(state, client, scenario));
  for (const [client, each] of state.clients.entries()) {
    if (alone.length > 0 && !alone.includes(each)) continue;
    const { process, done } = each;
    if (process === undefined) {
      if (done < keys[client]!.length) edges.push({ kind: "fetch", client });
      continue;
    }
    edges.push({ kind: "killed", client });
    // The record and the item are read at once, and the order matters only if others write the record.
    if (process.at === "look-up" && alone.length === 0) edges.push({ kind: "read first", client });
    if (process.at === "send") {
      for (let accepted = process.acceptedCount; accepted <= records; accepted++)
        edges.push({ kind: "send", client, accepted });
    } else {
      for (const kind of ["done", "lost"] as const) edges.push({ kind, client });
      if (isWrite(process))
        for (const kind of ["twice", "unsaid", "killed after"] as const) edges.push({ kind, client });
    }
  }
  if (alone.length > 0) return edges;
  if (state.item?.lease?.over === false) edges.push({ kind: "pass" });
  return edges;
}

export function step(state: State, edge: Edge, scenario: Scenario): State {
  switch (edge.kind) {
    case "fetch":
      return fetch(state, edge.client, scenario);
    case "pass":
      return pass(state);
    case "read first":
      return readFirst(state, edge.client);
    case "send":
      return send(state, edge);
    default:
      return call(state, edge.client, edge.kind);
  }
}

function fetch(state: State, client: number, { keys, chained }: Scenario): State {
  const key = keys[client]![state.clients[client]!.done]!;
  const isShared = keys.every(each => each.includes(key));
  const isChange = key.startsWith("change");
  const seen = chained || isChange ? { revision: revisionOf(state.item) } : {};
  const body: Body = state.bodies[key] ?? { key, from: positionOf(state.item), isChange, ...seen };
  const bodies = isShared ? { ...state.bodies, [key]: body } : state.bodies;
  return start(withClient({ ...state, bodies }, client, { body }), client);
}

/** The item is read before the record under the key. */
const readFirst = (state: State, client: number): State =>
  withProcess(state, client, {
    ...state.clients[client]!.process!,
    at: "look-up after",
    ...(state.item && { item: state.item }),
  });

/** A minute passes: leases expire, and their holders are late. A client that waits for a lease retries. */
function pass(state: State): State {
  const item = state.item!;
  const over: State = { ...state, item: { ...item, lease: { ...item.lease!, over: true } } };
  return over.clients.reduce((passed, { process }, client) => {
    if (process === undefined) return passed;
    if (underLease.includes(process.at) || process.at === "release")
      return withProcess(passed, client, { ...process, late: true });
    return start(passed, client);
  }, over);
}

/** The first records are accepted. The others failed, and may have landed or land later. */
function send(state: State, { client, accepted }: Extract<Edge, { kind: "send" }>): State {
  const { key } = state.clients[client]!.body!;
  const before = state.sent[key]!;
  const most = Math.max(before.accepted, accepted);
  return answered(
    { ...state, sent: { ...state.sent, [key]: { ...before, accepted: most } } },
    client,
    accepted,
  );
}

/** One call of a client's process, with its fault. */
function call(state: State, client: number, fault: CallFault): State {
  const process = state.clients[client]!.process!;
  if (fault === "killed") return killed(state, client);
  if (fault === "lost") return fail(state, client, { code: "store-unavailable" });
  const [written, answer] = effect(state, client);
  if (fault === "killed after") return killed(written, client);
  if (fault === "unsaid") return fail(written, client, { code: "store-unavailable" });
  // The second attempt finds another write: its own first one.
  return resume(written, client, process.at, fault === "twice" ? false : answer);
}

function effect(state: State, client: number): [State, Found] {
  const { body, process } = state.clients[client]!;
  const { at, next } = process!;
  const isKeyItem = ofKeyItem.includes(at);
  const there = isKeyItem ? state.keyItems[body!.key] : state.item;
  if (!isWrite(process!)) return [state, there];
  if ((there?.fence ?? 0) !== next!.fence - 1) return [state, false];
  if (isKeyItem) return [{ ...state, keyItems: { ...state.keyItems, [body!.key]: next as KeyItem } }, true];
  return [{ ...state, item: next as Item }, true];
}

/** The client gets no answer. Records in flight may still land. */
const killed = (state: State, client: number) => hear(state, client, { code: "nothing" });
