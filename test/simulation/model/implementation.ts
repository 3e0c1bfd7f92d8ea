import { setImmediate } from "node:timers/promises";
import { destinationOf } from "../../../functions/import-api/destination.ts";
import { type BatchEncoder, batchEncoder } from "../../../functions/import-api/encoder.ts";
import { importApiRules } from "../../../functions/import-api/rules.ts";
import { memoryStore } from "../../../functions/memory/store.ts";
import { change } from "../../../functions/persister/commit/change.ts";
import type { Outcome } from "../../../functions/persister/destination.ts";
import { PersisterError } from "../../../functions/persister/errors.ts";
import { type Parts, persist } from "../../../functions/persister/persist.ts";
import type { Commit, IdempotencyRecord, Store, Streamer } from "../../../functions/persister/store.ts";
import type { Answer, Body } from "./state.ts";

/** The next step of a process of the real core: a call to the store or to the destination, or its answer. */
export type Ask =
  | { readonly kind: "read item" | "read key" }
  | { readonly kind: "write item"; readonly next: Streamer }
  | { readonly kind: "write key"; readonly next: IdempotencyRecord }
  | { readonly kind: "read history"; readonly revision: number }
  | { readonly kind: "file history"; readonly commit: Commit }
  | { readonly kind: "send" }
  | { readonly kind: "answer"; readonly answer: Answer };

/** A call that fails, with or without effect. */
export const lost = Symbol("lost");

interface Run {
  readonly body: Body;
  readonly delivery: string;
  /** In ms since the epoch. */
  readonly started: number;
  /** How far its clock is ahead, in ms. It differs for each run, so that no two commit at the same time. */
  readonly skew: number;
}

const timeoutMilliseconds = 29_000;
const importApiEncoder = batchEncoder(4242);
/** Makes each record a batch of its own, and reserves no memory for larger ones. */
const encoder: BatchEncoder = {
  ...importApiEncoder,
  bytesAround: () => 3_000_000,
  encode: (contents, batch, firstSequence, out) =>
    importApiEncoder.encode(contents, { ...batch, bytes: 0 }, firstSequence, out),
};
const rules = importApiRules();
const accepted: Outcome = { kind: "accepted", attempts: 1 };
const failed: Outcome = { kind: "failed", reason: "unavailable", message: "lost", attempts: 1 };
const records = 2;

/**
 * A process of the real core after its answers so far. Its next step depends only on them, so it runs once
 * for each list of answers: from its beginning, with each call answered as before.
 */
export class Heard {
  readonly ask: Ask;
  readonly #run: Run;
  readonly #before: readonly Answered[];
  readonly #next = new Map<number, Map<unknown, Heard>>();

  private constructor(run: Run, before: readonly Answered[], ask: Ask) {
    this.#run = run;
    this.#before = before;
    this.ask = ask;
  }

  static async start(run: Run): Promise<Heard> {
    return new Heard(run, [], await askOf(run, []));
  }

  /** The process after the answer to its call, at `now`, in ms since the epoch. */
  hear(answer: unknown, now: number): Heard | Promise<Heard> {
    return this.#next.get(now)?.get(answer) ?? this.#hearFirst({ answer, now });
  }

  async #hearFirst(answered: Answered): Promise<Heard> {
    const before = [...this.#before, answered];
    const heard = new Heard(this.#run, before, await askOf(this.#run, before));
    const { answer, now } = answered;
    const then = this.#next.get(now) ?? new Map<unknown, Heard>();
    this.#next.set(now, then.set(answer, heard));
    return heard;
  }
}

interface Answered {
  readonly answer: unknown;
  readonly now: number;
}

/** Runs a process on answers, and resolves to its step after the last one. */
function askOf(run: Run, answers: readonly Answered[]): Promise<Ask> {
  return new Promise((resolve, reject) => {
    let [heard, now] = [0, run.started + run.skew];
    const call = <T>(ask: Ask): Promise<T> => {
      const answered = answers[heard++];
      if (answered === undefined) {
        resolve(ask);
        return new Promise(() => {});
      }
      now = answered.now + run.skew;
      if (answered.answer === lost) return Promise.reject(new PersisterError("store-unavailable", "lost"));
      return Promise.resolve(answered.answer as T);
    };
    const parts = partsOf(run, call, () => now);
    answerOf(run, parts).then(answer => resolve({ kind: "answer", answer }), reject);
  });
}

type Calling = <T>(ask: Ask) => Promise<T>;

async function answerOf({ body, started, skew }: Run, parts: Parts): Promise<Answer> {
  const { from, revision, isChange, key: idempotencyKey } = body;
  const precondition = revision === undefined ? {} : { match: [revision] };
  const request = { streamer: "s", precondition, deadline: started + skew + timeoutMilliseconds };
  try {
    if (isChange) {
      const state = await change({ ...request, bookmark: undefined }, parts);
      return { code: "committed", revision: state.revision, position: 0 };
    }
    const intake = { ...request, body: bytesOf(from), gzipped: false, idempotencyKey };
    const { receipt, replayed } = await persist(intake, parts);
    const { state } = receipt;
    const code = replayed ? "replayed" : "committed";
    return { code, revision: state.revision, position: positionIn(state.bookmark?.value) };
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const { code, details } = error;
    if (typeof details.committed !== "object") return { code };
    const { revision, bookmark } = details.committed;
    return { code, revision, position: positionIn(bookmark?.value) };
  }
}

function partsOf({ delivery, started, skew }: Run, call: Calling, now: () => number): Parts {
  const { bookmarks, chains, days, entries, log } = memoryStore();
  const store: Store = {
    bookmarks,
    chains,
    days,
    entries,
    log,
    streamers: {
      read: () => call({ kind: "read item" }),
      readWithSettings: async () => ({ streamer: await call({ kind: "read item" }), settings: undefined }),
      writeSettings: async () => false,
      write: next => call({ kind: "write item", next }),
    },
    deliveries: {
      read: () => call({ kind: "read key" }),
      write: next => call({ kind: "write key", next }),
    },
    history: {
      file: (_, commit) => call({ kind: "file history", commit }),
      read: (_, revision) => call({ kind: "read history", revision }),
      list: async () => [],
    },
  };
  let ids = 0;
  const api = { send: sending(call, () => now() > started + skew + timeoutMilliseconds) };
  return {
    ...store,
    clock: { now, sleep: async () => {} },
    newId: () => (ids++ === 0 ? delivery : `${delivery} ${started} ${skew} ${ids}`),
    archive: { put: async key => `memory://${key}` },
    observer: { onDelivery: () => {} },
    destinations: { of: async () => destinationOf({ clientId: 4242, rules, encoder, api }) },
  };
}

/**
 * All batches in flight are one call, which is answered with the number of the delivery's accepted records.
 */
function sending(call: Calling, isLate: () => boolean): () => Promise<Outcome> {
  let batches = 0;
  let answered: Promise<number> | undefined;
  return async () => {
    if (isLate()) return failed;
    const batch = batches++;
    answered ??= setImmediate().then(() => call<number>({ kind: "send" }));
    const first = await answered;
    return records - batches + batch < first ? accepted : failed;
  };
}

export const positionIn = (value: Uint8Array | undefined) =>
  value === undefined ? 0 : Number(Buffer.from(value).toString());

function bytesOf(from: number): Uint8Array {
  const lines = [from + 1, from + 2].flatMap(position => [
    { type: "RECORD", stream: "s", key_fields: ["id"], record: { id: 1, position } },
    { type: "BOOKMARK", value: position },
  ]);
  return Buffer.from(
    `stitchstream/0.1\nContent-Type: jsonline\n--\n${lines.map(line => JSON.stringify(line)).join("\n")}`,
  );
}
