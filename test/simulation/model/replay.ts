import { memoryStore } from "../../../functions/memory/store.ts";
import type {
  IdempotencyRecord,
  Commit as RealCommit,
  Streamer,
} from "../../../functions/persister/store.ts";
import type { Companion } from "./explore.ts";
import { type Ask, Heard, lost, positionIn } from "./implementation.ts";
import { type Edge, isWrite, onKeyItem } from "./model.ts";
import type { Answer, Body, Client, Commit, Item, KeyItem, State } from "./state.ts";

/** A difference between the implementation and the model. */
class Difference extends Error {
  override readonly name = "Difference";
}

/** A state of the real core: what is stored, and the answers that each client's process has received. */
interface Real {
  readonly now: number;
  readonly item?: Streamer;
  readonly keyItems: Readonly<Record<string, IdempotencyRecord>>;
  readonly history: Readonly<Record<number, RealCommit>>;
  readonly processes: readonly (Heard | undefined)[];
  /** The item as each client has read it before the record under its key. */
  readonly readFirst: readonly (Streamer | undefined)[];
}

const passMilliseconds = 60_000;
/** Clocks differ by less than the margin of a lease. */
const skewMilliseconds = 900;
const marginMilliseconds = 1_000;

/** Takes every edge of the model in the real core, too, and compares writes, calls and answers. */
export class Replay implements Companion<Real> {
  readonly start: Real = { now: 1_700_000_000_000, keyItems: {}, history: {}, processes: [], readFirst: [] };
  readonly #started = new Map<string, Promise<Heard> | Heard>();
  readonly #writes = new Map<unknown, Map<unknown, Promise<boolean> | boolean>>();

  async follow(real: Real, before: State, edge: Edge, after: State): Promise<Real> {
    if (edge.kind === "pass") return this.#pass(real, after);
    const { client } = edge;
    let next = real;
    let process = real.processes[client];
    let answer: Answer | undefined;
    if (edge.kind !== "fetch") {
      const { at } = before.clients[client]!.process!;
      [next, process] = await this.#call(real, before.clients[client]!, edge);
      // The core calls for both at once, and hears of the item when it has heard of the record.
      if (at === "look-up after") process = await process?.hear(real.readFirst[client], next.now);
      if (process !== undefined) [next, process] = await immediate(next, process);
      const isHeard = after.clients[client]!.heard !== before.clients[client]!.heard;
      // An error includes what is committed at the time of the answer.
      if (isHeard && process?.ask.kind === "read item") process = await process.hear(next.item, next.now);
      answer =
        process === undefined
          ? { code: "nothing" }
          : process.ask.kind === "answer"
            ? process.ask.answer
            : undefined;
      if (answer !== undefined) {
        same(`client ${client} hears`, answerOf(after.clients[client]!.heard), answerOf(answer));
        process = undefined;
      }
    }
    const { process: expected, body } = after.clients[client]!;
    if (expected !== undefined && process === undefined)
      process = await this.#begin(body!, expected.delivery, next.now);
    next = { ...next, processes: placed(next.processes, client, process) };
    compare(client, next, after);
    return next;
  }

  /** One call of a client's process with its fault; no process if it was killed. */
  async #call(
    real: Real,
    { body }: Client,
    edge: Exclude<Edge, { kind: "pass" }>,
  ): Promise<[Real, Heard | undefined]> {
    const process = real.processes[edge.client]!;
    if (edge.kind === "killed") return [real, undefined];
    if (edge.kind === "read first")
      return [{ ...real, readFirst: placed(real.readFirst, edge.client, real.item) }, process];
    if (edge.kind === "send") return [real, await process.hear(edge.accepted, real.now)];
    if (edge.kind === "lost") return [real, await process.hear(lost, real.now)];
    const [done, answer] = await this.#effect(real, body!.key, process.ask);
    if (edge.kind === "killed after") return [done, undefined];
    if (edge.kind === "unsaid") return [done, await process.hear(lost, real.now)];
    const second = edge.kind === "twice" ? (await this.#effect(done, body!.key, process.ask))[1] : answer;
    return [done, await process.hear(second, real.now)];
  }

  async #effect(real: Real, key: string, ask: Ask): Promise<[Real, unknown]> {
    switch (ask.kind) {
      case "read item":
        return [real, real.item];
      case "read key":
        return [real, real.keyItems[key]];
      case "write item": {
        const isWritten = await this.#write(real.item, ask.next, isStreamerWritten);
        return [isWritten ? { ...real, item: ask.next } : real, isWritten];
      }
      case "write key": {
        const isWritten = await this.#write(real.keyItems[key], ask.next, isKeyItemWritten);
        return [isWritten ? { ...real, keyItems: { ...real.keyItems, [key]: ask.next } } : real, isWritten];
      }
      default:
        throw new Difference(`no call that a fault befalls: ${ask.kind}`);
    }
  }

  /** Whether the store in memory accepts `next` on top of `there`. Memoized. */
  #write<T>(there: T | undefined, next: T, write: (there: T | undefined, next: T) => Promise<boolean>) {
    const known = this.#writes.get(there) ?? new Map<unknown, Promise<boolean> | boolean>();
    this.#writes.set(there, known);
    const isWritten = known.get(next) ?? write(there, next);
    known.set(next, isWritten);
    return isWritten;
  }

  #begin(body: Body, delivery: string, now: number): Promise<Heard> | Heard {
    const name = `${delivery} ${body.from} ${body.revision} ${now}`;
    const skew = this.#started.size % skewMilliseconds;
    const process = this.#started.get(name) ?? Heard.start({ body, delivery, started: now, skew });
    this.#started.set(name, process);
    return process;
  }

  /** A minute passes. A client without a lease has retried. */
  async #pass(real: Real, after: State): Promise<Real> {
    const now = real.now + passMilliseconds;
    let next: Real = { ...real, now };
    for (const [client, { process, body }] of after.clients.entries()) {
      if (process === undefined || process.late) continue;
      const again = await this.#begin(body!, process.delivery, now);
      next = { ...next, processes: placed(next.processes, client, again) };
      compare(client, next, after);
    }
    return next;
  }
}

const placed = <T>(list: readonly T[], n: number, value: T): T[] => Object.assign([...list], { [n]: value });

/** Calls that are done at once, since what is filed of a revision never changes. */
async function immediate(real: Real, process: Heard): Promise<[Real, Heard]> {
  const { ask } = process;
  if (ask.kind === "read history")
    return immediate(real, await process.hear(real.history[ask.revision], real.now));
  if (ask.kind !== "file history") return [real, process];
  const history = { [ask.commit.revision]: ask.commit, ...real.history };
  return immediate({ ...real, history }, await process.hear(undefined, real.now));
}

/** Writes `next` to a store in memory that contains `there`. */
async function isStreamerWritten(there: Streamer | undefined, next: Streamer): Promise<boolean> {
  const { streamers } = memoryStore();
  for (let fence = 1; fence <= (there?.fence ?? 0); fence++) await streamers.write({ ...there!, fence }, 0);
  return streamers.write(next, 0);
}

async function isKeyItemWritten(
  there: IdempotencyRecord | undefined,
  next: IdempotencyRecord,
): Promise<boolean> {
  const { deliveries } = memoryStore();
  for (let fence = 1; fence <= (there?.fence ?? 0); fence++) await deliveries.write({ ...there!, fence }, 0);
  return deliveries.write(next, 0);
}

/** Compares the model's and the real state after a client's step. */
function compare(client: number, real: Real, { item, keyItems, history, clients }: State): void {
  const { process, body } = clients[client]!;
  same("the item", item && itemOf(item), real.item && realItemOf(real.item));
  const isOver = real.item?.lease !== undefined && real.item.lease.until + marginMilliseconds < real.now;
  same("a lease is over", item?.lease?.over === true, isOver);
  same("history", historyOf(history), realHistoryOf(real.history));
  const [mine, theirs] = [body && keyItems[body.key], body && real.keyItems[body.key]];
  same(`client ${client}'s key`, mine && keyItemOf(mine), theirs && realKeyItemOf(theirs));
  if (process === undefined) return;
  const { ask } = real.processes[client]!;
  same(`client ${client}'s call`, kindOf(process), ask.kind);
  if (ask.kind === "write key") {
    const next = process.next as KeyItem;
    same(`client ${client} remembers`, keyItemOf(next), realKeyItemOf(ask.next));
    same(
      "its sequences",
      next.range === item?.range,
      ask.next.firstSequence + 1n === real.item?.lastSequence,
    );
  }
  if (ask.kind === "write item") {
    const next = process.next as Item;
    same(`client ${client} writes`, itemOf(next), realItemOf(ask.next));
    const isFresh = (item?.fence ?? 0) === next.fence - 1;
    if (isFresh)
      same(
        "more sequences",
        next.range > (item?.range ?? 0),
        ask.next.lastSequence > (real.item?.lastSequence ?? 0n),
      );
  }
}

/** Describes each object once. */
function described<T extends object>(describe: (each: T) => string): (each: T) => string {
  const known = new WeakMap<T, string>();
  return each => {
    const text = known.get(each) ?? describe(each);
    known.set(each, text);
    return text;
  };
}

type Plain = string | number | boolean | undefined;

function same(name: string, expected: Plain, found: Plain): void {
  if (expected !== found) throw new Difference(`${name}: ${expected} in the model, ${found} in the core`);
}

const commitOf = ({ revision, delivery, whole, acceptedCount, position }: Commit) =>
  `revision ${revision} of ${delivery}, ${whole ? "whole" : "in part"}, ${acceptedCount} accepted, ` +
  `at ${position}`;
const itemOf = described(
  ({ fence, lease, commit }: Item) => `${fence}, held by ${lease?.delivery}, ${commit && commitOf(commit)}`,
);
const historyOf = described((history: readonly Commit[]) => history.map(commitOf).join());
const keyItemOf = ({ fence, delivery, base, receipt }: KeyItem) =>
  `${fence}, ${delivery} from ${base}, receipt ${receipt}`;
const answerOf = (answer: Answer | undefined) =>
  answer && `${answer.code}, revision ${answer.revision} at ${answer.position}`;

function realCommitOf({ whole = false, acceptedCount = 0, bookmark, ...commit }: RealCommit) {
  const position = bookmark && "value" in bookmark ? positionIn(bookmark.value) : 0;
  return commitOf({ ...commit, whole, acceptedCount, position });
}
const realItemOf = described(
  ({ fence, lease, commit }: Streamer) =>
    `${fence}, held by ${lease?.delivery}, ${commit && realCommitOf(commit)}`,
);
const realHistoryOf = described((history: Real["history"]) =>
  Object.values(history).map(realCommitOf).join(),
);
const realKeyItemOf = ({ fence, delivery, base, receipt }: IdempotencyRecord) =>
  `${fence}, ${delivery} from ${base}, receipt ${receipt?.revision}`;

function kindOf(process: NonNullable<Client["process"]>): Ask["kind"] {
  if (process.at === "send") return "send";
  return `${isWrite(process) ? "write" : "read"} ${onKeyItem(process) ? "key" : "item"}`;
}
