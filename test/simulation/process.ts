import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { type Verdict, verdictOf } from "../../functions/import-api/outcome.ts";
import { type Attempt, retrying } from "../../functions/import-api/retry.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { change as changeBookmark } from "../../functions/persister/commit/change.ts";
import type { Precondition } from "../../functions/persister/commit/precondition.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { type DeliveryResult, type Parts, persist } from "../../functions/persister/persist.ts";
import type { ImportApi, ImportRequest } from "../../functions/persister/ports.ts";
import type { Bookmark, Store, Streamer } from "../../functions/persister/store.ts";
import type { FaultPlan } from "./faults.ts";
import { noteFault } from "./report.ts";
import type { Body } from "./source.ts";
import type { Step } from "./steps.ts";
import type { World } from "./world.ts";

export interface Sent {
  readonly body: Body;
  /** A change by hand, upon the revision that was seen: it has no body. */
  readonly change?: { readonly seen: number; readonly bookmark: Bookmark | undefined };
  readonly key: string | undefined;
  readonly precondition: Precondition;
}

/** What a client hears; nothing where the process was killed or the answer was lost. */
export type Heard = { readonly taken: DeliveryResult } | { readonly error: PersisterError } | undefined;

/** As in serverless.yml. */
const timeoutMilliseconds = 29_000;
/** Half of what leaseMarginMillisecondsMax lets two clocks differ. */
const skewMillisecondsMax = 500;
/** Longer than any lease. */
const longMilliseconds = 60_000;

const identity = { name: "import-api", clientId: 4242 };
// Few records fill a batch.
const encoder = { ...batchEncoder(4242), bytesAround: () => 1_900_000 };

/** One invocation of the endpoint: the real core on ports that lead into the world. It may die at every call. */
export class Process {
  readonly sent: Sent;
  /** The fence of the lease it was given. */
  fence: number | undefined;
  /** Whether it has written anything but the archive. */
  hasWritten = false;
  readonly #world: World;
  readonly #faults: FaultPlan;
  #skew: number;
  #isAlive = true;
  #asleepUntil = 0;
  /** The streamer's, as its lease found it. */
  #revision = 0;

  constructor(world: World, sent: Sent, faults: FaultPlan) {
    this.#world = world;
    this.sent = sent;
    this.#faults = faults;
    this.#skew = world.random.int(-skewMillisecondsMax, skewMillisecondsMax);
  }

  /** Changes the bookmark by hand; whatever comes of it. */
  async change(): Promise<void> {
    const { body, change, precondition } = this.sent;
    const request = { streamer: body.streamer, bookmark: change!.bookmark, precondition };
    await changeBookmark({ ...request, deadline: this.#now() + timeoutMilliseconds }, this.#parts()).catch(
      error => {
        if (!(error instanceof PersisterError)) this.#world.invariants.fail(error);
      },
    );
  }

  /** Runs it, and resolves to what the client hears within `patience` ms. */
  async run(patience: number): Promise<Heard> {
    const { body, key, precondition } = this.sent;
    const intake = {
      streamer: body.streamer,
      body: body.bytes,
      gzipped: false,
      precondition,
      idempotencyKey: key,
      deadline: this.#now() + timeoutMilliseconds,
    };
    const { invariants, scheduler } = this.#world;
    invariants.noteAsk(this.sent);
    const answered = persist(intake, this.#parts()).then(
      taken => ({ taken }),
      (error: unknown) => {
        if (error instanceof PersisterError) return { error };
        throw error;
      },
    );
    const checked = answered
      .then(heard => {
        invariants.checkAnswer(this, heard);
        return heard;
      })
      .catch(error => {
        invariants.fail(error);
        return undefined;
      });
    return Promise.race([checked, scheduler.sleep(patience).then(() => undefined)]);
  }

  #now(): number {
    return this.#world.scheduler.now + this.#skew;
  }

  /** One call into the world, with what may befall it. `failure` is what the caller is told of a call that is lost. */
  #call<T>(step: Step, deadline: number, effect: () => Promise<T>, failure: () => Promise<T>): Promise<T> {
    const { scheduler, random } = this.#world;
    const fault = this.#faults.next();
    if (fault !== undefined) noteFault(this.#world.faults, fault, step);
    // The clock is set right, or wrong the other way.
    if (fault !== undefined) this.#skew = random.int(-skewMillisecondsMax, skewMillisecondsMax);
    return new Promise((resolve, reject) => {
      const answer = (heard: () => Promise<T>) => this.#wake(() => heard().then(resolve, reject));
      if (fault === "killed-before") {
        this.#isAlive = false;
        return;
      }
      scheduler.in(deadline - this.#now(), () => answer(failure));
      if (fault === "lost-before") return scheduler.in(random.int(1, 50), () => answer(failure));
      scheduler.in(fault === "late" ? random.int(1, longMilliseconds) : random.int(1, 50), () => {
        const done = fault === "twice" ? effect().then(effect) : effect();
        if (fault === "killed-after") this.#isAlive = false;
        if (fault === "asleep") this.#asleepUntil = scheduler.now + random.int(1, longMilliseconds);
        scheduler.in(random.int(1, 50), () => answer(fault === "lost-after" ? failure : () => done));
      });
    });
  }

  /** Goes on with what it hears, unless it is dead; one that is asleep hears it later. */
  #wake(goOn: () => void): void {
    if (!this.#isAlive) return;
    const asleep = this.#asleepUntil - this.#world.scheduler.now;
    if (asleep > 0) this.#world.scheduler.in(asleep, () => this.#wake(goOn));
    else goOn();
  }

  #parts(): Parts {
    const { archive, random, scheduler, destination, invariants } = this.#world;
    const sleep = (ms: number) => new Promise<void>(resolve => scheduler.in(ms, () => this.#wake(resolve)));
    const clock = { now: () => this.#now(), sleep };
    const take = async (request: ImportRequest): Promise<Verdict> => {
      const answer = random.chance(this.#world.trouble) ? random.pick(troubles) : accepted;
      if (answer.takes) destination.take(request);
      return verdictOf(answerOf(answer.status), "token");
    };
    const importApi: ImportApi = {
      send: (request, deadline) => {
        const once = ({ remainingMs, silenceMs }: Attempt) => {
          invariants.checkSend(this);
          return this.#call(
            "forward",
            this.#now() + Math.min(remainingMs, silenceMs),
            () => take(request),
            async () => verdictOf({ kind: "silence", reason: "hung", message: "lost" }, "token"),
          );
        };
        return retrying(once, { clock, random: () => random.next(), deadline });
      },
    };
    return {
      ...this.#store(),
      clock,
      newId: () => this.#world.newId(),
      observer: { onDelivery: () => {}, onBookmarkAges: () => {} },
      archive: {
        put: (key, bytes, deadline) =>
          this.#call(
            "archive",
            deadline,
            async () => (archive.objects.has(key) ? `memory://${key}` : archive.put(key, bytes, deadline)),
            () => Promise.reject(new PersisterError("archive-unavailable", "lost")),
          ),
      },
      destinations: { of: async () => ({ identity, importApi, encoder, rules: importApiRules }) },
    };
  }

  #store(): Store {
    const { streamers, bookmarks, history, deliveries, log } = this.#world.store;
    const call = <T>(step: Step, deadline: number, effect: () => Promise<T>) =>
      this.#call(step, deadline, effect, () =>
        Promise.reject(new PersisterError("store-unavailable", "lost")),
      );
    const writing = <T>(step: Step, deadline: number, effect: () => Promise<T>) => {
      this.hasWritten = true;
      return call(step, deadline, effect);
    };
    return {
      streamers: {
        read: (name, deadline) => call("read", deadline, () => streamers.read(name, deadline)),
        write: (next, deadline) => writing(this.#stepOf(next), deadline, () => this.#write(next, deadline)),
        list: (nextFence, limit, deadline) =>
          call("read", deadline, () => streamers.list(nextFence, limit, deadline)),
      },
      bookmarks: {
        store: (name, bookmark, deadline) =>
          writing("bookmark", deadline, () => bookmarks.store(name, bookmark, deadline)),
        load: (stored, deadline) => call("bookmark", deadline, () => bookmarks.load(stored, deadline)),
      },
      history: {
        file: (name, commit, deadline) =>
          writing("history", deadline, () => history.file(name, commit, deadline)),
        read: (name, revision, deadline) =>
          call("history", deadline, () => history.read(name, revision, deadline)),
        list: (name, before, limit, deadline) =>
          call("history", deadline, () => history.list(name, before, limit, deadline)),
      },
      deliveries: {
        read: (name, key, deadline) => call("recall", deadline, () => deliveries.read(name, key, deadline)),
        write: (next, deadline) =>
          writing(next.receipt ? "receipt" : "remember", deadline, () => deliveries.write(next, deadline)),
      },
      log: {
        file: (next, deadline) =>
          call(next.receipt ? "receipt" : "file", deadline, () => log.file(next, deadline)),
        read: (name, delivery, deadline) => call("file", deadline, () => log.read(name, delivery, deadline)),
        list: (name, before, limit, deadline) =>
          call("file", deadline, () => log.list(name, before, limit, deadline)),
      },
    };
  }

  /** What a write of the streamer's item is for. */
  #stepOf({ lease, commit }: Streamer): Step {
    if (this.sent.change !== undefined) return "change";
    if (lease !== undefined) return "begin";
    const isCommitted = commit !== undefined && commit.revision > this.#revision;
    return isCommitted ? "commit" : "release";
  }

  async #write(next: Streamer, deadline: number): Promise<boolean> {
    const { streamers, invariants } = this.#world;
    const isWritten = await streamers.write(next, deadline);
    if (isWritten && next.lease !== undefined) {
      this.fence = next.fence;
      this.#revision = next.commit?.revision ?? 0;
    }
    if (isWritten) invariants.watching(() => invariants.checkOwn(next, this.sent));
    return isWritten;
  }
}

interface Reply {
  readonly status: number;
  readonly takes: boolean;
}
const accepted: Reply = { status: 201, takes: true };
/** Trouble, whether the batch is taken or not; and a 202, which is as good as a 201. */
const troubles: readonly Reply[] = [
  { status: 202, takes: true },
  { status: 429, takes: false },
  { status: 500, takes: true },
  { status: 503, takes: false },
  { status: 400, takes: false },
];

const answerOf = (status: number) =>
  ({ kind: "answer", status, statusText: "", retryAfter: undefined, contentType: "", body: "" }) as const;
