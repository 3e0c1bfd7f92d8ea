import type { Answer, At, Client, Commit, Item, KeyItem, Process, State } from "./state.ts";

/** The moves of which every command of the model consists. */
const retriesMax = 1;

export const revisionOf = (item: Item | undefined) => item?.commit?.revision ?? 0;
export const positionOf = (item: Item | undefined) => item?.commit?.position ?? 0;

export const withClient = (state: State, client: number, change: Partial<Client>): State => ({
  ...state,
  clients: state.clients.with(client, { ...state.clients[client]!, ...change }),
});
export const withProcess = (state: State, client: number, process: Process) =>
  withClient(state, client, { process });

export function start(state: State, client: number): State {
  const { body, retries } = state.clients[client]!;
  const at: At = body!.isChange ? "read" : "look-up";
  const delivery = `${body!.key} ${client} ${retries}`;
  return withProcess(state, client, { at, delivery, late: false, tries: 0, acceptedCount: 0 });
}

export const isFinal = ({ code }: Answer) =>
  ["committed", "replayed", "superseded", "precondition-failed"].includes(code);

export const naming = ({ code }: Answer, item: Item | undefined): Answer => ({
  code,
  revision: revisionOf(item),
  position: positionOf(item),
});

/** The client retries if that may help, and otherwise continues with its next delivery. */
export function hear(state: State, client: number, answer: Answer): State {
  const { retries, done, body } = state.clients[client]!;
  const isNamed = answer.revision !== undefined || answer.isUnknown === true || body!.isChange;
  const isSilent = answer.code === "nothing" || answer.code === "store-unavailable";
  const heard = isNamed || isSilent ? answer : naming(answer, state.item);
  if (heard.code === "delivery-in-flight") return start(withClient(state, client, { heard }), client);
  if (!isFinal(heard) && retries < retriesMax)
    return start(withClient(state, client, { retries: retries + 1, heard }), client);
  return { ...state, clients: state.clients.with(client, { done: done + 1, retries, heard }) };
}

export const underLease: readonly At[] = [
  "save-record",
  "reread key",
  "send",
  "receipt",
  "reread receipt",
  "commit",
  "reread commit",
];

/** The process answers an error. If it has the lease, it releases it first. */
export function fail(state: State, client: number, error: Answer): State {
  const process = state.clients[client]!.process!;
  const { at, item, answer } = process;
  if (at === "release") return released(state, client);
  if (underLease.includes(at)) {
    const { lease: _, ...rest } = item!;
    // A refusal remains one if the store can't say what is committed.
    const given = error.code === "store-unavailable" ? (answer ?? error) : error;
    return write(state, client, { ...process, at: "release", answer: given }, rest);
  }
  if (error.code === "superseded" && !at.startsWith("twin"))
    return withProcess(state, client, { ...process, at: "twin" });
  return hear(state, client, error);
}

export function released(state: State, client: number): State {
  const process = state.clients[client]!.process!;
  if (process.answer!.code === "superseded") return withProcess(state, client, { ...process, at: "twin" });
  return hear(state, client, process.answer!);
}

/** About to write `next` on top of what was read. */
export function write<T extends Item | KeyItem>(
  state: State,
  client: number,
  process: Process,
  next: Omit<T, "stamp">,
): State {
  const writes = state.writes + 1;
  const stamped = { ...next, fence: next.fence + 1, stamp: writes } as T;
  return withProcess({ ...state, writes }, client, { ...process, next: stamped });
}

export function commitOf(state: State, item: Item | undefined, revision: number): Commit | undefined {
  if (item === undefined || revision > revisionOf(item)) return undefined;
  return revision === revisionOf(item) ? item.commit : state.history[revision - 1];
}
