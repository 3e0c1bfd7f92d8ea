import { createHash } from "node:crypto";
import { marshall } from "@aws-sdk/util-dynamodb";
import { tokenKey } from "../../../functions/aws/tokens.ts";
import type { Fault } from "../faults.ts";
import { Invariants } from "../invariants/invariants.ts";
import type { Line, Surroundings } from "../line.ts";
import type { Process } from "../process.ts";
import { Random } from "../random.ts";
import { type FaultCounts, noteFault } from "../report.ts";
import { Scheduler } from "../scheduler.ts";
import type { Body } from "../source/body.ts";
import { drawTraits, Source } from "../source/source.ts";
import type { Service } from "../steps.ts";
import { SimulatedBucket } from "./bucket.ts";
import { SimulatedDatabase } from "./database.ts";
import { SimulatedImportApi } from "./import-api.ts";
import { type Doing, SimulatedTable, type TableCommand } from "./table.ts";
import { drawWorld, type WorldTraits } from "./traits.ts";

const minuteMilliseconds = 60_000;

/** Everything outside of the product. It outlives every process, and never loses what it has confirmed. */
export class World implements Surroundings {
  readonly random: Random;
  readonly traits: WorldTraits;
  readonly scheduler = new Scheduler();
  readonly faults: FaultCounts = new Map();
  readonly invariants: Invariants = new Invariants(this);
  readonly bucket = new SimulatedBucket();
  readonly importApi: SimulatedImportApi;
  readonly database: SimulatedDatabase;
  /** By name. */
  readonly bodies = new Map<string, Body>();
  /** Processes in progress, including dead ones. */
  readonly processes = new Set<Process>();
  /** Whether the operator accepts no requests. */
  isClosed = false;
  readonly #began: number;
  readonly #sources = new Map<string, Source>();
  #table = new SimulatedTable((written, { by }) => this.invariants.written(written, by));
  /** Keys of items that expired and were deleted. */
  readonly #gone = new Set<string>();
  /** Whether the table was restored within the last minute. */
  #isRestored = false;
  #ids = 0;
  #tokens = 0;
  #token = "";
  /** Whether all faults are over. */
  #isCalm = false;

  constructor(seed: number, traitsOf: (random: Random) => WorldTraits = drawWorld) {
    this.random = new Random(seed);
    this.traits = traitsOf(this.random);
    this.#began = this.scheduler.now;
    this.importApi = new SimulatedImportApi(this.random, this.invariants);
    this.database = new SimulatedDatabase(this.random, this.invariants);
    this.renewToken();
  }

  get skewMillisecondsMax(): number {
    return this.traits.skewMillisecondsMax;
  }

  /** Whether clocks differ by more than the product tolerates. */
  get hasWrongClocks(): boolean {
    return this.skewMillisecondsMax > 1_000;
  }

  /** The destination of the records. */
  get destination(): SimulatedImportApi | SimulatedDatabase {
    return this.traits.destination === "database" ? this.database : this.importApi;
  }

  get sources(): readonly Source[] {
    return [...this.#sources.values()];
  }

  sourceOf(streamer: string): Source {
    const { random, traits } = this;
    const source =
      this.#sources.get(streamer) ??
      new Source(streamer, this.#sources.size, drawTraits(random, traits), random);
    this.#sources.set(streamer, source);
    return source;
  }

  /** Ends all faults, so that the rest can finish. */
  calmDown(): void {
    this.#isCalm = true;
    this.isClosed = false;
    this.renewToken();
  }

  isOut(service: Service): boolean {
    const now = this.scheduler.now - this.#began;
    return (
      !this.#isCalm &&
      this.traits.outages.some(
        ({ services, from, until }) => services.includes(service) && from <= now && now < until,
      )
    );
  }

  get table(): SimulatedTable {
    return this.#table;
  }

  /** Executes a process's command in its table. */
  do(table: SimulatedTable, command: TableCommand, doing: Doing): object {
    const { Key } = command.input as {
      readonly Key?: { readonly pk: { S: string }; readonly sk: { S: string } };
    };
    if (Key !== undefined && this.#gone.has(`${Key.pk.S} ${Key.sk.S}`)) this.note("expired", doing.by);
    if (this.#isRestored && table === this.#table) this.note("restored", doing.by);
    return table.do(command, doing);
  }

  /** Counts a fault of the world at a process's current step. */
  note(fault: Fault, { line }: { readonly line: Line }): void {
    noteFault(this.faults, fault, line.step);
  }

  /** Deletes all expired items, or some. */
  expire(): void {
    const gone = this.#table.expire(Math.floor(this.scheduler.now / 1_000), () => this.random.chance(0.7));
    for (const key of gone) this.#gone.add(key);
  }

  /** Copies the table. The returned function restores the copy in place of the current table. */
  copyTable(): () => void {
    const { items } = this.#table;
    const goBack = this.invariants.copy();
    return () => {
      this.#table = new SimulatedTable((written, { by }) => this.invariants.written(written, by), items);
      this.#isRestored = true;
      this.scheduler.in(minuteMilliseconds, () => {
        this.#isRestored = false;
      });
      goBack();
      // The operator repeats the revocations since then.
      for (const token of this.endedTokens.keys()) this.#removeToken(token);
      this.renewToken();
    };
  }

  /** An id in order of time, like a version 7 UUID. */
  newId(): string {
    const time = this.scheduler.now.toString(16).padStart(12, "0");
    const n = (this.#ids++).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n}`;
  }

  /** The clients' current token. */
  get token(): string {
    return this.#token;
  }

  /** The current token expires or is revoked, at once or soon. */
  endToken(): void {
    const { pk, sk } = tokenKey(digestOf(this.#token));
    const item = this.#table.find(pk, sk)!;
    const isRevoked = this.random.chance(0.5);
    if (isRevoked) this.#removeToken(this.#token);
    else {
      const validUntil = { N: String(this.scheduler.now) };
      this.#table.replace({ ...item, validUntil });
    }
    this.endedTokens.set(this.#token, this.scheduler.now);
    this.renewToken();
  }
  /** When each ended, in ms since the epoch. */
  readonly endedTokens = new Map<string, number>();

  #removeToken(token: string): void {
    const { pk, sk } = tokenKey(digestOf(token));
    this.#table.remove(pk, sk);
  }

  renewToken(): void {
    this.#token = `token${++this.#tokens}`;
    const item = {
      ...tokenKey(digestOf(this.#token)),
      id: String(this.#tokens),
      streamer: "*",
      scopes: ["write", "read", "admin"],
      createdAt: this.scheduler.now,
    };
    this.#table.replace(marshall(item));
  }
}

const digestOf = (token: string) => createHash("sha256").update(token).digest("hex");
