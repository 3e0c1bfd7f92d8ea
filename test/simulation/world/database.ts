import { importApiRules } from "../../../functions/import-api/rules.ts";
import { type MemoryRow, memoryDestination, recordData } from "../../../functions/memory/destination.ts";
import type { Batch, Destination, Outgoing } from "../../../functions/persister/destination.ts";
import { TimeIsOver } from "../../../functions/postgres/connection.ts";
import { preparationError } from "../../../functions/postgres/failure.ts";
import { outcomeOf, retrying } from "../../../functions/postgres/retrying.ts";
import type { CallFault } from "../faults.ts";
import type { Process } from "../process.ts";
import type { Random } from "../random.ts";
import type { Step } from "../steps.ts";
import type { Landing } from "./import-api.ts";
import type { Activated, Landed } from "./landed.ts";

const rules = importApiRules();
const place = "database:5432/simulated";
/** The SQLSTATE of each of the database's own faults. */
const codes: Partial<Record<CallFault, string>> = {
  deadlock: "40P01",
  "full-disk": "53100",
  shutdown: "57P01",
  constraint: "23514",
  denied: "42501",
};

/** A committed transaction. */
export interface Transaction {
  readonly delivery: string;
  readonly records: readonly Landed[];
  readonly activated: Activated | undefined;
}

interface Transacting<T> {
  readonly step: Step;
  readonly deadline: number;
  /** Called when it is sent. */
  sent?(): void;
  work(): Promise<T>;
}

/**
 * A database with the rules of functions/postgres/: a batch is a transaction, which is committed as a whole
 * or not at all, whether its answer arrives or not. Retries and the meaning of errors are the product's own.
 */
export class SimulatedDatabase {
  /** In the order of their commits. */
  readonly transactions: Transaction[] = [];
  readonly #tables = memoryDestination(rules);
  readonly #random: Random;
  readonly #landing: Landing;
  /** Each process has one connection, which one transaction after another uses. */
  readonly #lastOf = new WeakMap<Process, Promise<unknown>>();

  constructor(random: Random, landing: Landing) {
    this.#random = random;
    this.#landing = landing;
  }

  get streams(): ReadonlySet<string> {
    return new Set(this.transactions.flatMap(({ records }) => records.map(({ table }) => table)));
  }

  rows(stream: string): readonly MemoryRow[] {
    return this.#tables.rows(stream);
  }

  /** Returns the highest version of a table that was activated. */
  activeVersion(stream: string): Activated | undefined {
    return this.transactions
      .flatMap(({ activated }) => (activated?.table === stream ? [activated] : []))
      .sort((left, right) => right.version - left.version)[0];
  }

  /** Returns the source's position that a row shows; Infinity if a later version has replaced it. */
  positionOf({ table, version = 0, id }: Pick<Landed, "table" | "version" | "id">): number {
    if ((this.activeVersion(table)?.version ?? 0) > version) return Number.POSITIVE_INFINITY;
    return Number(this.rows(table).find(({ data }) => data.id === id)?.data.position ?? 0);
  }

  /** Returns the database as a process reaches it. */
  destination(process: Process): Destination {
    return {
      ...this.#tables,
      name: "PostgreSQL",
      identity: { name: "postgres", database: place, schema: "public" },
      prepare: outgoing => this.#prepare(process, outgoing),
    };
  }

  async #prepare(process: Process, outgoing: Outgoing): ReturnType<Destination["prepare"]> {
    const { deadline } = outgoing;
    const nothing = async () => undefined;
    const prepared = await this.#transact(process, { step: "prepare", deadline, work: nothing });
    if ("failure" in prepared) throw preparationError(prepared.failure, place);
    const writer = await this.#tables.prepare(outgoing);
    return {
      ...writer,
      write: async (batch, out) => {
        // Distinguishes the batch.
        const own = new Uint8Array();
        process.invariants.checkBegin(process, own);
        const sent = () => process.invariants.checkSend(process, own);
        const work = async () => {
          await writer.write(batch, out);
          this.#note(batch, outgoing, process);
        };
        const step = batch.activation === undefined ? "forward" : "activate";
        const tried = await this.#transact(process, { step, deadline, sent, work });
        if ("failure" in tried) return outcomeOf(tried.failure, tried.attempts);
        return { kind: "accepted", attempts: tried.attempts };
      },
    };
  }

  #transact<T>(process: Process, transacting: Transacting<T>): ReturnType<typeof retrying<T>> {
    const { clock } = process.line;
    return retrying(
      milliseconds => {
        const until = clock.now() + milliseconds;
        const mine = (this.#lastOf.get(process) ?? Promise.resolve()).then(() =>
          attempt(process, { ...transacting, deadline: until }),
        );
        this.#lastOf.set(
          process,
          mine.catch(() => {}),
        );
        return mine;
      },
      { clock, random: () => this.#random.next(), deadline: transacting.deadline },
    );
  }

  #note({ records, activation }: Batch, outgoing: Outgoing, process: Process): void {
    const { delivery, firstSequence } = outgoing;
    const landed = Array.from(records, record => landedOf(record, outgoing));
    const activated = activation && {
      table: activation.table.stream,
      version: Number(activation.table.version),
      sequence: firstSequence + BigInt(Math.max(0, activation.recordsBefore - 1)),
    };
    this.transactions.push({ delivery, records: landed, activated });
    for (const each of landed) this.#landing.landed(each, process);
    if (activated !== undefined) this.#landing.activated(activated, process);
  }
}

/** One attempt at a transaction. A lost answer may be that of a commit. */
function attempt<T>({ line }: Process, { step, deadline, sent, work }: Transacting<T>): Promise<T> {
  if (deadline <= line.now()) return Promise.reject(new TimeIsOver());
  sent?.();
  return line.call<T>({
    step,
    service: "database",
    deadline,
    effect: work,
    lost: async hasTimeLeft => {
      throw hasTimeLeft ? new Error("Connection terminated unexpectedly") : new TimeIsOver();
    },
    instead: fault => {
      const code = codes[fault];
      return code === undefined ? undefined : () => Promise.reject(Object.assign(new Error(fault), { code }));
    },
  });
}

function landedOf(record: number, { contents, firstSequence }: Outgoing): Landed {
  const { stream, keyNames, version } = contents.recordTable(record);
  const { from, ...data } = recordData(contents, record) as Pick<
    Landed,
    "id" | "position" | "part" | "n" | "body"
  > & { readonly from: string };
  return {
    ...data,
    streamer: from,
    table: stream,
    sequence: firstSequence + BigInt(record),
    version: version === undefined ? undefined : Number(version),
    hasKeys: keyNames.length > 0,
  };
}
