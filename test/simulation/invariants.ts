import type { ErrorDetails } from "../../functions/persister/errors.ts";
import type { Commit, FiledDelivery, Streamer } from "../../functions/persister/store.ts";
import type { Heard, Process } from "./process.ts";
import type { Body } from "./source.ts";
import type { World } from "./world.ts";

/** A broken promise of the product: its name is the invariant's. */
export class Violation extends Error {
  override readonly name = "Violation";
}

const dayMilliseconds = 86_400_000;

/** The position that a streamer's bookmark is; 0 without one. */
export const positionOf = (streamer: Streamer | undefined) => {
  const bookmark = streamer?.commit?.bookmark;
  return bookmark !== undefined && "value" in bookmark ? positionIn(bookmark) : 0;
};

/** That of an empty state is the beginning. */
const positionIn = ({ value }: { readonly value: Uint8Array }) => Number(Buffer.from(value).toString()) || 0;

/** The seven invariants of the product, checked against what really happened. */
export class Invariants {
  /** Streamers whose clients all chain their deliveries by If-Match, and whose bookmark nobody moves by hand. */
  readonly chained = new Set<string>();
  /** The last write of each streamer. */
  readonly #streamers = new Map<string, Streamer>();
  /** How many commits of others there were when a delivery first began. */
  readonly #commitsAtBegin = new Map<string, number>();
  readonly #commits = new Map<string, string[]>();
  /** Of each streamer's revisions, in their order: where the bookmark stood. */
  readonly #positions = new Map<string, number[]>();
  readonly #receipts = new Map<string, string>();
  readonly #taken = new Map<string, string>();
  readonly #asked = new Map<string, number>();
  /** Of each record of a body that has a key: the sequence it first landed with. */
  readonly #sequences = new Map<string, bigint>();
  readonly #accepted = new Map<string, Set<number>>();
  readonly #world: World;
  #landed = 0;
  #isChanged = false;
  #failure: unknown;

  constructor(world: World) {
    this.#world = world;
  }

  /** Something broke outside of a step. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** A check within a call, whose caller may be dead. */
  watching(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.fail(error);
    }
  }

  /** After every step. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { landed } = this.#world.destination;
    if (!this.#isChanged && this.#landed === landed.length) return;
    for (; this.#landed < landed.length; this.#landed++) this.#checkLanded(landed[this.#landed]!);
    for (const streamer of this.#streamers.values()) this.#checkBookmark(streamer);
    this.#isChanged = false;
  }

  /** When nothing is left to happen: what the sources hold has landed. */
  checkEnd(): void {
    this.check();
    for (const streamer of this.#streamers.values())
      if (positionOf(streamer) !== this.#world.changesOf(streamer.name).length)
        throw new Violation(`I6: ${streamer.name} stands at ${positionOf(streamer)}`);
  }

  /** How many there were. */
  get commits(): number {
    return [...this.#commits.values()].reduce((sum, commits) => sum + commits.length, 0);
  }

  /** I1: what is before a bookmark has landed; and I3: it stands, in its newest form. */
  #checkBookmark(streamer: Streamer): void {
    const { name } = streamer;
    const bookmark = positionOf(streamer);
    const accepted = this.#accepted.get(name);
    for (const { position, id, isAppended } of this.#world.changesOf(name).slice(0, bookmark)) {
      if (accepted?.has(position) !== true)
        throw new Violation(`I1: the bookmark ${bookmark} is ahead of record ${position}`);
      const row = this.#world.destination.rows.get(`${name} ${id}`);
      if (!isAppended && this.chained.has(name) && (row?.position ?? 0) < position)
        throw new Violation(
          `I3: row ${id} is of ${row?.position}, the bookmark ${bookmark} behind ${position}`,
        );
    }
  }

  /** I3: a record of a delivery has one sequence. */
  #checkLanded({ streamer, body, n, position, sequence }: LandedRecord): void {
    const accepted = this.#accepted.get(streamer) ?? new Set();
    this.#accepted.set(streamer, accepted.add(position));
    if (!body.startsWith("keyed") || this.#shared.has(this.#keys.get(body) ?? "")) return;
    const first = this.#sequences.get(`${body} ${n}`) ?? sequence;
    this.#sequences.set(`${body} ${n}`, first);
    if (first !== sequence) throw new Violation(`I3: record ${n} of ${body} has a second sequence`);
  }

  /** At every write of a streamer's item: I4 and I5. */
  checkWrite(before: Streamer | undefined, next: Streamer): void {
    this.#streamers.set(next.name, next);
    this.#isChanged = true;
    if (next.fence !== (before?.fence ?? 0) + 1) throw new Violation("I5: a write upon an old fence");
    if (next.lastSequence < (before?.lastSequence ?? 0n)) throw new Violation("I3: sequences go back");
    const commits = this.#commits.get(next.name) ?? [];
    this.#commits.set(next.name, commits);
    const { lease, commit } = next;
    if (lease !== undefined && !this.#commitsAtBegin.has(lease.delivery))
      this.#commitsAtBegin.set(lease.delivery, commits.length);
    if (commit === undefined || isSame(commit, before?.commit)) return;
    if (commit.revision !== (before?.commit?.revision ?? 0) + 1)
      throw new Violation("I5: a revision was skipped");
    if (commit.by === "delivery") {
      const since = commits.slice(this.#commitsAtBegin.get(commit.delivery) ?? 0);
      const other = since.find(delivery => delivery !== commit.delivery);
      if (other !== undefined)
        throw new Violation(`I4: ${commit.delivery} was committed though ${other} had overtaken it`);
      if (this.chained.has(next.name) && positionOf(next) < positionOf(before))
        throw new Violation(`I4: the bookmark went back from ${positionOf(before)} to ${positionOf(next)}`);
    }
    commits.push(commit.delivery);
    this.#positions.set(next.name, [...(this.#positions.get(next.name) ?? []), positionOf(next)]);
  }

  /** At each write of a streamer: I6, the receipt of its last commit is filed under the revision that makes it good. */
  checkFiled({ delivery, revision }: Commit, filed: FiledDelivery | undefined): void {
    if (filed?.receipt?.revision !== revision)
      throw new Violation(`I6: ${delivery} is committed, and its receipt is not there`);
  }

  /** At a process's own commit: I1, its body's records have landed from it; I4, a change by hand is upon what was seen. */
  checkOwn({ commit }: Streamer, { body, change }: Process["sent"]): void {
    if (commit === undefined || this.#own.has(commit.delivery + commit.revision)) return;
    const isDelivery = commit.by === "delivery" && commit.revision === this.#revisionOf(body.streamer);
    if (change !== undefined && commit.by !== "delivery" && commit.revision !== change.seen + 1)
      throw new Violation(`I4: a change upon revision ${change.seen} made revision ${commit.revision}`);
    if (change !== undefined || !isDelivery) return;
    this.#own.add(commit.delivery + commit.revision);
    const bookmark = positionOf(this.#streamers.get(body.streamer));
    const landed = new Set(
      this.#world.destination.landed.flatMap(each => (each.body === body.name ? [each.position] : [])),
    );
    const missing = body.changes.find(({ position }) => position <= bookmark && !landed.has(position));
    if (missing !== undefined && body.changes.some(({ position }) => position === bookmark))
      throw new Violation(
        `I1: ${body.name} moves the bookmark to ${bookmark} without record ${missing.position}`,
      );
  }
  readonly #own = new Set<string>();

  #revisionOf(streamer: string): number {
    return this.#streamers.get(streamer)?.commit?.revision ?? 0;
  }

  /** I5 and I7: only who holds the streamer sends, and nothing of a faulty body is sent. */
  checkSend({ fence, sent: { body } }: Process): void {
    if (body.faulty) throw new Violation(`I7: the faulty ${body.name} is forwarded`);
    if (this.#streamers.get(body.streamer)?.fence !== fence)
      throw new Violation(`I5: ${body.name} is sent by one that has lost the streamer`);
  }

  /** At every answer: I2, I3, I6 and I7. */
  checkAnswer({ sent, hasWritten }: Process, heard: NonNullable<Heard>): void {
    const { body, key } = sent;
    if ("error" in heard) {
      const { code, details } = heard.error;
      if (code !== "archive-unavailable") this.#checkArchived(details.archive, body);
      this.#checkNamed(body.streamer, details);
      if (body.faulty && hasWritten) throw new Violation("I7: a faulty body had an effect");
      if (code === "key-reused" && key !== undefined && this.#isFree(key, body))
        throw new Violation(`I3: ${key} is refused to ${body.name}, a day after any other body`);
      if (code === "superseded" && key === undefined && this.#hasCommitted(body, details.delivery))
        throw new Violation("I6: a delivery that was committed is called superseded");
      if (code === "superseded" && this.#receipts.has(`${key} ${body.name}`))
        throw new Violation("I3: a delivery that was committed is called superseded");
      return;
    }
    const { receipt } = heard.taken;
    this.#checkArchived(receipt.archive, body);
    if (body.faulty) throw new Violation("I7: a faulty body is accepted");
    if (!this.#hasCommitted(body, receipt.delivery))
      throw new Violation(`I6: ${body.name} is answered 200 and not committed`);
    const accepted = this.#accepted.get(body.streamer);
    const missing = body.changes.find(({ position }) => accepted?.has(position) !== true);
    if (missing !== undefined)
      throw new Violation(`I6: record ${missing.position} of ${body.name} is missing`);
    this.#checkReceipt(sent, textOf(receipt));
  }

  /** I1: where an error says to go on is where the streamer once stood. */
  #checkNamed(streamer: string, details: ErrorDetails): void {
    if (details.committed === undefined || details.committed === "unknown") return;
    const { revision, bookmark } = details.committed;
    const committed = this.#positions.get(streamer)?.[revision - 1];
    if (revision > 0 && committed === undefined)
      throw new Violation(`I1: an error names revision ${revision}, which nobody has made`);
    const named = bookmark === undefined ? 0 : positionIn(bookmark);
    if (named !== (committed ?? 0))
      throw new Violation(
        `I1: an error names the bookmark ${named}, and revision ${revision} has ${committed}`,
      );
  }

  #hasCommitted({ streamer }: Body, delivery: string | undefined): boolean {
    return delivery !== undefined && this.#commits.get(streamer)?.includes(delivery) === true;
  }

  /** I3: a delivery's receipt is the same whenever it is asked for, and for a day no other body has one under its key. */
  #checkReceipt({ body, key }: Process["sent"], text: string): void {
    if (key === undefined || this.#shared.has(key)) return;
    const { age, name } = this.#firstTaken(key, body.name);
    if (name !== body.name && age < dayMilliseconds)
      throw new Violation(`I3: ${key} has a receipt of ${name} and one of ${body.name}`);
    const first = this.#receipts.get(`${key} ${body.name}`) ?? text;
    this.#receipts.set(`${key} ${body.name}`, first);
    if (first !== text) throw new Violation(`I3: ${body.name} has a second receipt: ${first} / ${text}`);
  }

  /** Which body a key had its first receipt for, and how long ago it was first asked with, ms. */
  #firstTaken(key: string, name: string): { age: number; name: string } {
    const first = this.#taken.get(key) ?? name;
    this.#taken.set(key, first);
    return { name: first, age: this.#world.scheduler.now - (this.#asked.get(key) ?? 0) };
  }

  /** A process begins. */
  noteAsk({ key, body }: Process["sent"]): void {
    if (key === undefined) return;
    const { now } = this.#world.scheduler;
    if (!this.#asked.has(key)) this.#asked.set(key, now);
    this.#keys.set(body.name, key);
    const others = [...this.#lastAsked.keys()].some(
      each => each.startsWith(`${key} `) && each !== `${key} ${body.name}`,
    );
    if (others && now - this.#asked.get(key)! >= dayMilliseconds) this.#shared.add(key);
    this.#lastAsked.set(`${key} ${body.name}`, now);
  }
  readonly #lastAsked = new Map<string, number>();
  readonly #keys = new Map<string, string>();
  /** Keys that may have passed from one body to another: what they knew of the first is forgotten. */
  readonly #shared = new Set<string>();

  /** No other body has come under the key for a day, and what a process may last. */
  #isFree(key: string, { name }: Body): boolean {
    const { now } = this.#world.scheduler;
    return [...this.#lastAsked].every(
      ([asked, when]) =>
        !asked.startsWith(`${key} `) || asked === `${key} ${name}` || now - when > dayMilliseconds + 300_000,
    );
  }

  #checkArchived(archive: string | undefined, { name, bytes }: Body): void {
    const archived = this.#world.archive.objects.get(archive?.replace("memory://", "") ?? "");
    if (archived === undefined || Buffer.compare(archived, bytes) !== 0)
      throw new Violation(`I2: ${name} is not archived byte for byte`);
  }
}

const isSame = (a: Commit, b: Commit | undefined) =>
  a.revision === b?.revision && a.delivery === b.delivery && a.at === b.at;

type LandedRecord = World["destination"]["landed"][number];
type Receipt = Extract<NonNullable<Heard>, { taken: unknown }>["taken"]["receipt"];

function textOf({ state, streams, ...receipt }: Receipt): string {
  const { revision, bookmark } = state;
  const value = bookmark && Buffer.from(bookmark.value).toString();
  const members = { ...receipt, streams: [...streams], revision, value };
  return JSON.stringify(Object.entries(members).sort());
}
