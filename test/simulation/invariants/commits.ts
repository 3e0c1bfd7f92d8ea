import { createHash } from "node:crypto";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { entryPartitionOf } from "../../../functions/aws/entries.ts";
import type { Process } from "../process.ts";
import { positionIn } from "../source/body.ts";
import type { Written } from "../world/table.ts";
import type { World } from "../world/world.ts";
import { Begins } from "./begins.ts";
import { Violation } from "./violation.ts";

/** A streamer's item as stored. */
interface Streamer {
  readonly fence: number;
  readonly lastSequence: bigint;
  readonly lease?: { readonly delivery: string; readonly until: number };
  readonly commit?: Commit;
}

interface Commit {
  readonly revision: number;
  readonly at: number;
  readonly by: "delivery" | "rewind" | "forget";
  readonly delivery: string;
  readonly whole?: boolean;
  readonly settled?: number;
  readonly bookmark?: { readonly value: string } | { readonly key: string; readonly sha256: string };
}

/** A revision and what made it. */
interface Made {
  readonly delivery: string;
  readonly position: number;
  readonly isWhole: boolean;
  /** How many records and activations are accepted. */
  readonly accepted: number;
}

/** The clock error up to which the product keeps two deliveries apart, in ms. */
const marginMilliseconds = 500;

/** Checks each write of a streamer's item: I1 of its bookmark, I4 and I5. */
export class Commits {
  readonly #world: World;
  /** The last write of each streamer, and the commits of the writes before. */
  #streamers = new Map<string, Streamer>();
  #made = new Map<string, readonly Made[]>();
  #begins = new Begins();

  constructor(world: World) {
    this.#world = world;
  }

  /** The number of commits. */
  get count(): number {
    return [...this.#made.values()].reduce((sum, made) => sum + made.length, 0);
  }

  get streamers(): readonly string[] {
    return [...this.#streamers.keys()];
  }

  /** A copy of the knowledge about items, restored with the table. */
  copy(): () => void {
    const [streamers, made, begins] = [this.#streamers, this.#made, this.#begins.copy()];
    this.#streamers = new Map(streamers);
    this.#made = new Map(made);
    return () => {
      this.#streamers = new Map(streamers);
      this.#made = new Map(made);
      this.#begins = begins.copy();
    };
  }

  positionOf(streamer: string): number {
    return this.#positionIn(this.#streamers.get(streamer)?.commit);
  }

  reservedOf(streamer: string): bigint {
    return BigInt(this.#streamers.get(streamer)?.lastSequence ?? 0);
  }

  fenceOf(streamer: string): number | undefined {
    return this.#streamers.get(streamer)?.fence;
  }

  revisionOf(streamer: string): number {
    return this.#streamers.get(streamer)?.commit?.revision ?? 0;
  }

  /** The position of the bookmark at a revision; undefined if the revision doesn't exist. */
  madeAt(streamer: string, revision: number): Made | undefined {
    return this.#made.get(streamer)?.[revision - 1];
  }

  /** How many records and activations the streamer's whole deliveries have. */
  acceptedOf(streamer: string): number {
    const whole = this.#made.get(streamer)?.filter(({ isWhole }) => isWhole) ?? [];
    return whole.reduce((sum, { accepted }) => sum + accepted, 0);
  }

  isCommitted(streamer: string, delivery: string | undefined): boolean {
    return this.#made.get(streamer)?.some(made => made.delivery === delivery) === true;
  }

  /** Whether anything came after this delivery's begin, or all of it is committed, or nobody knows. */
  isOvertaken(streamer: string, delivery: string): boolean {
    const lastSequence = this.#begins.lastSequenceOf(delivery);
    if (lastSequence === undefined || this.reservedOf(streamer) > lastSequence) return true;
    const since = this.#made.get(streamer)?.slice(this.#begins.commitsBefore(delivery));
    return since?.some(made => made.delivery !== delivery || made.isWhole) === true;
  }

  /** Whether the streamer's last commit is a part of this delivery. */
  isContinued(streamer: string, delivery: string | undefined): boolean {
    const commit = this.#streamers.get(streamer)?.commit;
    return commit !== undefined && commit.delivery === delivery && commit.whole !== true;
  }

  written(name: string, { before: previous, after }: Written, process: Process): void {
    const before = previous && (unmarshall(previous) as Streamer);
    const next = unmarshall(after!) as Streamer;
    this.#streamers.set(name, next);
    if (next.lease !== undefined) process.fence = next.fence;
    if (next.fence !== (before?.fence ?? 0) + 1) throw new Violation("I5", "a write against an old fence");
    if (BigInt(next.lastSequence) < BigInt(before?.lastSequence ?? 0))
      throw new Violation("I3", "sequences go back");
    if (this.#world.table.find(entryPartitionOf(name), name) === undefined)
      throw new Violation("I6", `${name} is there, and is not listed`);
    if (next.lease !== undefined) this.#checkBegin(name, before, next, process);
    const { commit } = next;
    if (commit !== undefined && !isSame(commit, before?.commit))
      this.#checkCommit(name, before?.commit, commit, process);
  }

  /** An entry in the list of streamers may be behind its streamer; it is never ahead and never goes back. */
  listed({ sk: name, before, after }: Written): void {
    const [earlier, revision] = [before, after].map(entry => Number(entry?.revision?.N ?? 0));
    if (revision! > this.revisionOf(name)) throw new Violation("I6", `${name} is listed ahead of its commit`);
    if (revision! < earlier!) throw new Violation("I6", `${name} is listed at an earlier revision again`);
  }

  /** I5: nobody takes a live lease; I4: a delivery begins only at the revision that the caller has seen. */
  #checkBegin(
    name: string,
    before: Streamer | undefined,
    { lease, lastSequence }: Streamer,
    process: Process,
  ): void {
    const { delivery } = lease!;
    const { sent } = process;
    const commits = this.#made.get(name)?.length ?? 0;
    this.#begins.note(delivery, { commits, lastSequence: BigInt(lastSequence), process });
    const isHeld =
      before?.lease !== undefined && before.lease.until + marginMilliseconds > this.#world.scheduler.now;
    if (isHeld && !this.#world.hasWrongClocks)
      throw new Violation("I5", `${delivery} begins while ${before.lease.delivery} holds ${name}`);
    const revision = before?.commit?.revision ?? 0;
    const isContinued = before?.commit?.delivery === delivery;
    if (sent.match !== undefined && sent.match !== revision && !isContinued)
      throw new Violation("I4", `${delivery} begins against revision ${revision}, not ${sent.match}`);
  }

  #checkCommit(name: string, before: Commit | undefined, commit: Commit, process: Process): void {
    const { revision, by, delivery } = commit;
    const made = this.#made.get(name) ?? [];
    if (revision !== (before?.revision ?? 0) + 1) throw new Violation("I5", "a revision was skipped");
    if (before !== undefined) this.#checkFiled(name, before);
    const position = this.#positionIn(commit);
    if (by === "delivery") {
      const others = made.slice(this.#begins.commitsBefore(delivery));
      const other = others.find(each => each.delivery !== delivery);
      if (other !== undefined)
        throw new Violation("I4", `${delivery} was committed though ${other.delivery} had overtaken it`);
      if (made.some(each => each.isWhole && each.delivery === delivery))
        throw new Violation("I3", `${delivery} is committed twice`);
      const last = made.at(-1)?.position ?? 0;
      if (this.#world.invariants.chained.has(name) && position < last)
        throw new Violation("I4", `the bookmark went back from ${last} to ${position}`);
      this.#checkOwn(name, commit, position, process);
    } else {
      process.hasChanged = true;
      if (process.sent.match !== undefined && revision !== process.sent.match + 1)
        throw new Violation(
          "I4",
          `a change against revision ${process.sent.match} made revision ${revision}`,
        );
    }
    const { whole: isWhole = false, settled: accepted = Number.POSITIVE_INFINITY } = commit;
    this.#made.set(name, [...made, { delivery, position, isWhole, accepted }]);
  }

  /**
   * I1: everything before the bookmark that a delivery commits has landed from it. I6: so has everything in
   * it if it is whole.
   */
  #checkOwn(name: string, { delivery, revision, whole }: Commit, position: number, { sent }: Process): void {
    const { body, changes } = sent;
    const isItsOwn = changes.some(change => change.position === position);
    const missing = changes.find(
      change =>
        (whole === true || (isItsOwn && change.position <= position)) &&
        !this.#world.invariants.landings.isAcceptedOf(body!.name, change),
    );
    if (missing !== undefined)
      throw new Violation("I1", `${delivery} moves the bookmark to ${position} without ${missing.position}`);
    const last = changes.at(-1)?.position ?? position;
    if (whole === true && position !== last)
      throw new Violation("I6", `${delivery} is whole, and its bookmark is ${position}, not ${last}`);
    const receipt = this.#world.table.find(`streamer#${name}`, `delivery#${delivery}`)?.receipt?.M;
    const key = receipt?.key?.S;
    const isStored = key === undefined || this.#world.bucket.objects.has(key);
    if (whole === true && (receipt?.revision?.N !== String(revision) || !isStored))
      throw new Violation("I6", `${delivery} is committed, and its receipt is not there`);
  }

  /** I3: the commit that makes an old receipt valid is still known. */
  #checkFiled(name: string, { revision, delivery }: Commit): void {
    const key = `commit#${String(revision).padStart(16, "0")}`;
    const filed = this.#world.table.find(`streamer#${name}`, key);
    if (filed?.delivery?.S !== delivery) throw new Violation("I3", `revision ${revision} is forgotten`);
    this.#positionIn(unmarshall(filed) as Commit);
  }

  /** I1: everything before a bookmark has landed. I3: each row has its newest version. */
  checkBookmark(name: string): void {
    const bookmark = this.positionOf(name);
    const { landings, chained } = this.#world.invariants;
    for (const change of this.#world.sourceOf(name).changes.slice(0, bookmark)) {
      const { position, version, ids, isWide, stream } = change;
      if (!landings.isAccepted(name, change))
        throw new Violation("I1", `the bookmark ${bookmark} is ahead of ${position}`);
      if (!chained.has(name) || stream.kind.endsWith("appended") || isWide) continue;
      for (const id of ids) {
        const at = this.#world.destination.positionOf({ table: stream.name, version, id });
        if (at < position)
          throw new Violation("I3", `row ${id} is of ${at}, the bookmark ${bookmark} after ${position}`);
      }
    }
  }

  #positionIn(commit: Commit | undefined): number {
    const { bookmark } = commit ?? {};
    if (bookmark === undefined) return 0;
    if ("value" in bookmark) return positionIn(bookmark.value);
    const { key, sha256 } = bookmark;
    const stored = this.#world.bucket.objects.get(key);
    if (stored === undefined) throw new Violation("I1", `the bookmark at ${key} is not there`);
    if (createHash("sha256").update(stored).digest("hex") !== sha256)
      throw new Violation("I1", `the bookmark at ${key} is another one than was committed`);
    return positionIn(Buffer.from(stored.subarray(0, 100)).toString());
  }
}

const isSame = (a: Commit, b: Commit | undefined) =>
  a.revision === b?.revision && a.delivery === b.delivery && a.at === b.at;
