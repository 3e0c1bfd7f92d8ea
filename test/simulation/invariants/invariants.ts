import type { Process } from "../process.ts";
import type { Answered, Sent } from "../sent.ts";
import type { Activated, Landed } from "../world/landed.ts";
import { isTokens, type Written } from "../world/table.ts";
import type { World } from "../world/world.ts";
import { Answers, dayMilliseconds, knownMilliseconds } from "./answers.ts";
import { Commits } from "./commits.ts";
import { CountedDays } from "./days.ts";
import { Landings } from "./landings.ts";
import { Rows } from "./rows.ts";
import { SettingsVersions } from "./settings.ts";
import { Violation } from "./violation.ts";

/** The product's seven invariants, checked against what really happened. */
export class Invariants {
  /** Streamers whose clients all chain their deliveries by `If-Match`. */
  readonly chained = new Set<string>();
  readonly landings: Landings;
  readonly commits: Commits;
  readonly answers: Answers;
  readonly rows: Rows;
  readonly settings = new SettingsVersions();
  readonly #days = new CountedDays();
  readonly #world: World;
  #isChanged = false;
  #failure: unknown;

  constructor(world: World) {
    this.#world = world;
    this.landings = new Landings(world);
    this.commits = new Commits(world);
    this.rows = new Rows(world);
    this.answers = new Answers(world);
  }

  /** A violation outside of a step. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  broken(invariant: string, message: string): void {
    this.fail(new Violation(invariant, message));
  }

  /** Records a violation within a call, whose caller may be dead. */
  #watch(check: () => void): void {
    this.#isChanged = true;
    try {
      check();
    } catch (error) {
      this.fail(error);
    }
  }

  landed = (record: Landed, process: Process) =>
    this.#watch(() => {
      this.rows.landed(record, process);
      this.landings.landed(record, process);
    });

  activated = (activation: Activated, process: Process) =>
    this.#watch(() => this.landings.activated(activation, process));

  /** Called when a process has written an item. */
  written(written: Written, process: Process): void {
    if (isTokens(written.pk) && written.after?.id === undefined)
      this.broken("I7", "a token that was revoked is back");
    if (written.pk.startsWith("streamers#")) this.#watch(() => this.commits.listed(written));
    this.#watch(() => this.#checkKept(written));
    const [, name] = /^streamer#(.+)$/.exec(written.pk) ?? [];
    if (name === undefined) return;
    if (!written.sk.startsWith("delivery#")) process.hasWritten = true;
    if (written.sk === "state") this.#watch(() => this.commits.written(name, written, process));
    if (written.sk.startsWith("day#"))
      this.#watch(() => this.#days.written(name, written, this.commits.acceptedOf(name)));
    if (written.sk === "settings") this.#watch(() => this.settings.written(name, written, process));
  }

  /** I3: what recognizes a delivery is kept for 400 days; every other item stays. */
  #checkKept({ sk, after }: Written): void {
    const expiresAt = after?.expiresAt?.N;
    if (expiresAt === undefined || sk.startsWith("day#")) return;
    const keptMilliseconds = Number(expiresAt) * 1_000 - this.#world.scheduler.now;
    if (!/^(key|delivery|commit)#/.test(sk) || keptMilliseconds < knownMilliseconds)
      throw new Violation("I3", `${sk} expires after ${Math.round(keptMilliseconds / dayMilliseconds)} days`);
  }

  asked(sent: Sent): void {
    this.answers.asked(sent);
  }

  answered = (process: Process, answered: Answered) =>
    this.#watch(() => this.answers.check(process, answered));

  ended = (process: Process) => this.#watch(() => this.answers.ended(process));

  isShared(key: string): boolean {
    return this.answers.isShared(key);
  }

  reservedOf(streamer: string): bigint {
    return this.commits.reservedOf(streamer);
  }

  /**
   * Copies all knowledge, to restore it with the table. After that, older bookmarks are right, and newer
   * changes are sent again.
   */
  copy(): () => void {
    const all = [this.commits.copy(), this.settings.copy(), this.#days.copy()];
    return () => {
      for (const goBack of all) goBack();
      this.landings.forget();
      this.answers.forget();
      this.chained.clear();
    };
  }

  /**
   * I2, I5 and I7: only the holder of the lease sends, only from an archived body that is not faulty, and
   * nothing new after a refusal. Called for each attempt.
   */
  checkSend(process: Process, body: Uint8Array): void {
    const { sent, fence, hasArchived } = process;
    if (!hasArchived) this.broken("I2", `${sent.body?.name} is forwarded and not archived`);
    if (sent.body?.isFaulty === true) this.broken("I7", `the faulty ${sent.body.name} is forwarded`);
    if (this.commits.fenceOf(sent.streamer) !== fence && !this.#world.hasWrongClocks)
      this.broken("I5", `${sent.body?.name} is sent by one that has lost the streamer`);
    this.checkBegin(process, body);
  }

  /** I7: no batch is begun after another one was refused. It may wait for its connection then. */
  checkBegin(process: Process, body: Uint8Array): void {
    const { refusedAfter } = process;
    if (refusedAfter !== undefined && !process.hasHalved && !refusedAfter.has(body))
      this.broken("I7", "a batch is begun after another one was refused");
    process.begun.add(body);
  }

  /** All records of a delivery go to one account. */
  landsIn(process: Process, clientId: number): void {
    process.clientId ??= clientId;
    if (process.clientId !== clientId) this.broken("I1", "a delivery's records land in two accounts");
  }

  /** Called after every step. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isChanged) return;
    this.#isChanged = false;
    for (const streamer of this.commits.streamers) this.commits.checkBookmark(streamer);
  }

  /** Called at the end: everything in the sources has landed. */
  checkEnd(): void {
    this.check();
    this.rows.checkEnd();
    for (const { streamer, changes } of this.#world.sources) {
      const position = this.commits.positionOf(streamer);
      if (position !== changes.length)
        throw new Violation("I6", `${streamer} is at ${position} of ${changes.length}`);
    }
  }
}
