import { backslash } from "../values/bytes.ts";
import { beyondAscii, type Part, type Sequence } from "./plain-syntax.ts";

/** A count is made of copies. */
const nodesMax = 2_000;
const nodeBytes = 60;
/** A state takes so much memory, and more for each class and node. */
const stateBytes = 200;
const bytesPerItem = 8;
/** Bounds the time for making states, at first and for the bytes of texts: a visit takes some 50 ns. */
const visitsMax = 10_000;
const bytesPerVisit = 2;

/** Memory that automata share. */
export interface AutomataMemory {
  /** The most bytes for one automaton's states. */
  readonly statesBytesMax: number;
  bytesLeft: number;
}

/**
 * With `accepts`, leads to `next` over one such character. Without, leads to `next` and `other`, if any, over
 * none.
 */
interface Node {
  readonly id: number;
  readonly accepts: Uint8Array | undefined;
  next: Node | undefined;
  readonly other: Node | undefined;
}

/** All nodes that matching may have reached after the same characters. */
export interface State {
  /** By class of the next character: the state after it; undefined if it was not made yet. */
  readonly next: (State | undefined)[];
  /** Whether the pattern matches if the text ends here. */
  readonly matches: boolean;
  /** Whether the rest of the text can't change the answer. */
  readonly isFinal: boolean;
  readonly nodes: readonly Node[];
}

const refused: State = { next: [], matches: false, isFinal: true, nodes: [] };
const found: State = { next: [], matches: true, isFinal: true, nodes: [] };

/**
 * A deterministic automaton over a text's characters. Its time is linear in the text, whatever groups and
 * counts the pattern has. States are made when a text needs them, as RE2 and grep do it: "Regular Expression
 * Matching Can Be Simple And Fast", swtch.com/~rsc/regexp/regexp1.html.
 */
export class PlainAutomaton {
  /**
   * By byte: its class, in which all characters are alike for the pattern; 0 for a byte of an escape or of a
   * character beyond ASCII.
   */
  readonly classes = new Uint8Array(256);
  readonly classBeyondAscii: number;
  /** Undefined if it is too large. */
  readonly first: State | undefined;
  /** By class: one of its characters. */
  readonly #samples: readonly number[];
  readonly #states = new Map<string, State>();
  readonly #matchesNow: Node;
  readonly #matchesAtEnd: Node;
  readonly #memory: AutomataMemory;
  #nodes = 0;
  #visitsLeft = visitsMax;
  #statesBytes = 0;

  constructor(sequences: readonly Sequence[], memory: AutomataMemory) {
    this.#memory = memory;
    this.#matchesNow = this.#node(undefined);
    this.#matchesAtEnd = this.#node(undefined);
    const starts = sequences.map(({ parts, isAtStart, isAtEnd }) =>
      this.#before(isAtStart ? parts : [anywhere, ...parts], isAtEnd ? this.#matchesAtEnd : this.#matchesNow),
    );
    const classes = new Uint8Array(beyondAscii + 1);
    this.#samples = classify(classes, new Set(sequences.flatMap(each => tablesOf(each.parts))));
    this.classBeyondAscii = classes[beyondAscii]!;
    this.classes.set(classes.subarray(0, beyondAscii));
    this.classes[backslash] = 0;
    memory.bytesLeft -= nodeBytes * this.#nodes;
    this.first = this.#stateOf(starts);
  }

  /** Begins a text of so many bytes. */
  begin(bytes: number): void {
    if (this.#visitsLeft === visitsMax) return;
    this.#visitsLeft = Math.min(visitsMax, this.#visitsLeft + Math.ceil(bytes / bytesPerVisit));
  }

  /** Whether texts have needed so many states that no more are made for now. */
  get isExhausted(): boolean {
    return this.#visitsLeft < 0;
  }

  /** Makes the state after a character of this class. Returns undefined if that takes too much. */
  after(state: State, ofClass: number): State | undefined {
    if (this.isExhausted) return undefined;
    const sample = this.#samples[ofClass]!;
    const accepting = state.nodes.filter(each => each.accepts?.[sample] === 1);
    const next = this.#stateOf(accepting.map(each => each.next!));
    state.next[ofClass] = next;
    return next;
  }

  /** Returns the state of these nodes and of those that they lead to over none; undefined likewise. */
  #stateOf(starts: readonly Node[]): State | undefined {
    const visited = new Set<Node>();
    const pending = [...starts];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (visited.has(node)) continue;
      visited.add(node);
      if (node.accepts !== undefined) continue;
      if (node.next !== undefined) pending.push(node.next);
      if (node.other !== undefined) pending.push(node.other);
    }
    this.#visitsLeft -= 1 + visited.size;
    if (visited.has(this.#matchesNow)) return found;
    const nodes = [...visited]
      .filter(each => each.accepts !== undefined || each === this.#matchesAtEnd)
      .sort((a, b) => a.id - b.id);
    return nodes.length === 0 ? refused : this.#known(nodes);
  }

  #known(nodes: readonly Node[]): State | undefined {
    const key = nodes.map(each => each.id).join();
    const known = this.#states.get(key);
    const classes = this.#samples.length;
    if (known !== undefined) return known;
    const bytes = stateBytes + bytesPerItem * (classes + nodes.length);
    if (bytes > this.#room) this.#forgetStates();
    if (bytes > this.#room) return undefined;
    this.#statesBytes += bytes;
    this.#memory.bytesLeft -= bytes;
    const matches = nodes.includes(this.#matchesAtEnd);
    const state = { next: Array(classes), matches, isFinal: false, nodes };
    this.#states.set(key, state);
    return state;
  }

  get #room(): number {
    const { statesBytesMax, bytesLeft } = this.#memory;
    return Math.min(statesBytesMax - this.#statesBytes, bytesLeft);
  }

  /** Makes room: other texts may need other states. */
  #forgetStates(): void {
    this.#states.clear();
    this.first?.next.fill(undefined);
    this.#memory.bytesLeft += this.#statesBytes;
    this.#statesBytes = 0;
  }

  #node(next: Node | undefined, accepts?: Uint8Array, other?: Node): Node {
    return { id: this.#nodes++, accepts, next, other };
  }

  /** Makes the nodes of parts in a row, and returns the first. */
  #before(parts: readonly Part[], next: Node): Node {
    return parts.reduceRight((following, part) => this.#times(part, following), next);
  }

  #times(part: Part, next: Node): Node {
    let first = next;
    if (part.max === Infinity) {
      first = this.#node(undefined, undefined, next);
      first.next = this.#once(part, first);
    } else
      for (let n = part.min; n < part.max; n++) first = this.#node(this.#once(part, first), undefined, next);
    for (let n = 0; n < part.min; n++) first = this.#once(part, first);
    return first;
  }

  #once({ accepts, group }: Part, next: Node): Node {
    if (group === undefined) return this.#node(next, accepts);
    return group
      .map(each => this.#before(each, next))
      .reduce((others, each) => this.#node(each, undefined, others));
  }
}

/** Comes before a pattern that may begin anywhere. */
const anywhere: Part = {
  accepts: new Uint8Array(beyondAscii + 1).fill(1),
  group: undefined,
  min: 0,
  max: Infinity,
};

const tablesOf = (parts: readonly Part[]): Uint8Array[] =>
  parts.flatMap(({ accepts, group }) => [accepts, ...(group ?? []).flatMap(tablesOf)]);

/** Gives each character a class, from 1. Returns one character of each. */
function classify(classes: Uint8Array, tables: ReadonlySet<Uint8Array>): number[] {
  classes.fill(1);
  for (const accepts of tables) {
    const refined = new Map<number, number>();
    for (const [at, ofClass] of classes.entries()) {
      const key = 2 * ofClass + accepts[at]!;
      if (!refined.has(key)) refined.set(key, refined.size + 1);
      classes[at] = refined.get(key)!;
    }
  }
  const samples: number[] = [];
  for (const [at, ofClass] of classes.entries()) samples[ofClass] ??= at;
  return samples;
}

/** Returns how many nodes parts need, or more. An empty group counts, as copying it takes time. */
const nodesOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, { group, min, max }) => {
    const once = group === undefined ? 1 : group.reduce((all, each) => all + nodesOf(each) + 1, 0);
    return sum + min * once + (max === Infinity ? once + 1 : Math.max(0, max - min) * (once + 1));
  }, 0);

/** Returns the automaton of a pattern; undefined if it would be too large. */
export function automatonOf(
  sequences: readonly Sequence[],
  memory: AutomataMemory,
): PlainAutomaton | undefined {
  const nodes = nodesOf(sequences.flatMap(each => each.parts));
  if (nodes > nodesMax || nodeBytes * nodes > memory.bytesLeft) return undefined;
  return new PlainAutomaton(sequences, memory);
}
