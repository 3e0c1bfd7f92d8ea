import type { Process } from "../process.ts";
import { activationIn } from "../sent.ts";
import { type Change, streamOf } from "../source/source.ts";
import type { Activated, Landed } from "../world/landed.ts";
import type { World } from "../world/world.ts";
import { Violation } from "./violation.ts";

/** Checks what has landed, in order: I1 of activations, and I3 of sequences. */
export class Landings {
  readonly #world: World;
  /** By streamer and position, the accepted parts. An activation is part 0. */
  readonly #accepted = new Map<string, Set<number>>();
  /** The same for each body. */
  readonly #acceptedOf = new Map<string, Set<number>>();
  /** For each record of a body, the sequence with which it first landed, and the reverse. */
  readonly #sequences = new Map<string, bigint>();
  readonly #owners = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether all parts of a change were accepted, from any body. */
  isAccepted(streamer: string, change: Change): boolean {
    return holdsAll(this.#accepted.get(`${streamer} ${change.position}`), change);
  }

  /** Whether all parts of a change were accepted from this body. */
  isAcceptedOf(body: string, change: Change): boolean {
    return holdsAll(this.#acceptedOf.get(`${body} ${change.position}`), change);
  }

  /** Forgets the deliveries: the table was restored to an earlier state. */
  forget(): void {
    this.#sequences.clear();
    this.#owners.clear();
  }

  landed(record: Landed, process: Process): void {
    const { streamer, body, position, part, n, sequence } = record;
    const change = this.#world.sourceOf(streamer).changes[position - 1]!;
    if (streamOf(change, part).name !== record.table || change.ids[part] !== record.id)
      throw new Violation("I3", `record ${n} of ${body} landed as another`);
    add(this.#accepted, `${streamer} ${position}`, part);
    add(this.#acceptedOf, `${body} ${position}`, part);
    this.#checkSequence(record, process);
    for (const earlier of process.sent.body?.changes ?? [])
      if (earlier.isActivation && earlier.position < position && !this.isAcceptedOf(body, earlier))
        throw new Violation("I1", `record ${n} of ${body} is ahead of the activation at ${earlier.position}`);
    const [lowest, highest] = process.sequences.get(position) ?? [sequence, sequence];
    process.sequences.set(position, [
      sequence < lowest ? sequence : lowest,
      sequence > highest ? sequence : highest,
    ]);
  }

  activated({ table, version, sequence }: Activated, process: Process): void {
    const { body, streamer } = process.sent;
    const { changes } = this.#world.sourceOf(streamer);
    const activation = activationIn(changes, table, version);
    if (activation === undefined || body === undefined)
      throw new Violation("I3", `version ${version} of ${table} was activated, and no streamer said so`);
    const { position } = activation;
    const ahead = body.changes.find(
      change => change.position < position && !this.isAcceptedOf(body.name, change),
    );
    if (ahead !== undefined)
      throw new Violation("I1", `version ${version} of ${table} is activated ahead of ${ahead.position}`);
    for (const [at, [lowest, highest]] of process.sequences)
      if (at < position ? highest > sequence : lowest < sequence)
        throw new Violation("I3", `the activation at ${position} has not its place's sequence`);
    this.#checkReserved(streamer, sequence);
    add(this.#accepted, `${streamer} ${position}`, 0);
    add(this.#acceptedOf, `${body.name} ${position}`, 0);
  }

  /** I3: a record of a delivery has one sequence, which no other record has. */
  #checkSequence({ streamer, body, n, sequence }: Landed, process: Process): void {
    this.#checkReserved(streamer, sequence);
    const record = `${body} ${n}`;
    const place = `${streamer} ${sequence}`;
    const owner = this.#owners.get(place) ?? record;
    this.#owners.set(place, owner);
    if (owner !== record) throw new Violation("I3", `${owner} and ${record} have one sequence`);
    if (process.sent.key === undefined || this.#world.invariants.isShared(process.sent.key)) return;
    const first = this.#sequences.get(record) ?? sequence;
    this.#sequences.set(record, first);
    if (first !== sequence) throw new Violation("I3", `record ${n} of ${body} has a second sequence`);
  }

  #checkReserved(streamer: string, sequence: bigint): void {
    const reserved = this.#world.invariants.reservedOf(streamer);
    if (sequence > reserved)
      throw new Violation("I3", `${streamer} uses a sequence that it has not reserved`);
  }
}

function add(sets: Map<string, Set<number>>, key: string, part: number): void {
  const parts = sets.get(key) ?? new Set();
  sets.set(key, parts.add(part));
}

const holdsAll = (parts: ReadonlySet<number> | undefined, { ids }: Change) =>
  parts !== undefined && parts.size >= Math.max(1, ids.length);
