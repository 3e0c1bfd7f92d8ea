import type { Random } from "../random.ts";
import type { WorldTraits } from "../world/traits.ts";

/**
 * The kind of a stream's records: with or without keys, with or without a SCHEMA, or in versions that are
 * activated.
 */
const streamKinds = ["keyed", "appended", "typed", "typed-appended", "versioned"] as const;
export type StreamKind = (typeof streamKinds)[number];

export interface Stream {
  /** Its table's name. */
  readonly name: string;
  readonly kind: StreamKind;
}

export const hasKeys = ({ kind }: Stream): boolean => !kind.endsWith("appended");
export const hasSchema = ({ kind }: Stream): boolean => kind !== "keyed" && kind !== "appended";

/** A change in a source: rows of a stream have changed, or a version is complete. */
export interface Change {
  /** From 1, in the source's order. */
  readonly position: number;
  readonly stream: Stream;
  /** The changed rows in order, each a record; none for an activation. */
  readonly ids: readonly number[];
  /** Whether each record has a stream of its own. */
  readonly isWide: boolean;
  readonly isActivation: boolean;
  /** The version of a versioned stream's rows. */
  readonly version: number | undefined;
  /** The generation of the stream's SCHEMA, which changes over time. */
  readonly generation: number;
}

export interface Traits {
  readonly kinds: readonly StreamKind[];
  /** Changes with more records than fit into a batch. */
  readonly hasBursts: boolean;
  /** Records of very many streams, which make a large receipt. */
  readonly isWide: boolean;
  /** Bookmarks that are stored in S3. */
  readonly hasLargeBookmarks: boolean;
  readonly dialects: readonly Dialect[];
  /** Tables shared with other streamers, each with rows of its own. */
  readonly sharesTables: boolean;
}

/** JSON with a header, Singer's format without one, or transit. */
const dialects = ["json", "singer", "transit"] as const;
export type Dialect = (typeof dialects)[number];

export function drawTraits(
  random: Random,
  { sharesTables, streamKinds: given, isWide }: Pick<WorldTraits, "sharesTables" | "streamKinds" | "isWide">,
): Traits {
  const shareable = sharesTables ? streamKinds.filter(kind => kind !== "versioned") : streamKinds;
  const kinds = shareable.filter(() => random.chance(0.5));
  const drawn = {
    kinds: given ?? (kinds.length > 0 ? kinds : [random.pick(shareable)]),
    hasBursts: random.chance(0.1),
    isWide: random.chance(0.05),
    hasLargeBookmarks: random.chance(0.3),
    dialects: random.chance(0.5) ? [random.pick(dialects)] : dialects,
    sharesTables,
  };
  return isWide === undefined ? drawn : { ...drawn, isWide };
}

const rowsMax = 3;
const burstRecords = [85, 130] as const;
/** Receipts of so many streams are stored in S3. */
const wideRecords = 30;
const rowsOfEachStreamer = 10_000;

/** A streamer's source: changes to a few rows of a few streams, in order. */
export class Source {
  readonly streamer: string;
  readonly traits: Traits;
  readonly changes: Change[] = [];
  /** Keeps the streamers' rows apart where they share tables. */
  readonly #firstId: number;
  readonly #streams: readonly Stream[];
  readonly #random: Random;
  #isWideDone = false;
  #generation = 0;
  /** The current version of the versioned stream, and its number of rows so far. */
  #version = { number: 1, rows: 0, isActive: false };

  constructor(streamer: string, n: number, traits: Traits, random: Random) {
    this.streamer = streamer;
    this.traits = traits;
    this.#firstId = traits.sharesTables ? n * rowsOfEachStreamer : 0;
    this.#random = random;
    const prefix = traits.sharesTables ? "shared" : streamer;
    this.#streams = traits.kinds.map(kind => ({ name: `${prefix}_${kind.replace("-", "_")}`, kind }));
  }

  /** Adds a few changes. */
  grow(): void {
    for (let more = this.#random.int(0, 4); more > 0; more--) this.changes.push(this.#next());
  }

  #next(): Change {
    const random = this.#random;
    if (random.chance(0.1)) this.#generation++;
    const stream = random.pick(this.#streams);
    const change = {
      position: this.changes.length + 1,
      stream,
      isWide: false,
      isActivation: false,
      version: undefined,
      generation: this.#generation,
    };
    if (this.traits.isWide && !this.#isWideDone && stream.kind === "keyed") {
      this.#isWideDone = true;
      return { ...change, ids: Array.from({ length: wideRecords }, (_, n) => n), isWide: true };
    }
    if (stream.kind === "versioned") return this.#nextOfVersion(change);
    const isBurst = this.traits.hasBursts && random.chance(0.2);
    const count = isBurst ? random.int(...burstRecords) : 1;
    const first = this.#firstId + (isBurst ? 1_000 : random.int(1, rowsMax));
    return { ...change, ids: Array.from({ length: count }, (_, n) => first + n) };
  }

  /**
   * A version is activated once, after some of its rows. Then another one begins, or more rows of it
   * follow.
   */
  #nextOfVersion(change: Omit<Change, "ids">): Change {
    const random = this.#random;
    if (this.#version.isActive && random.chance(0.4))
      this.#version = { number: this.#version.number + 1, rows: 0, isActive: false };
    const { number: version, rows, isActive } = this.#version;
    const isActivation = rows > 0 && !isActive && random.chance(0.4);
    this.#version = { number: version, rows: rows + 1, isActive: isActive || isActivation };
    return { ...change, version, isActivation, ids: isActivation ? [] : [random.int(1, rowsMax)] };
  }
}

/** The streams of a wide change; any other change has one. */
export const streamOf = ({ stream, isWide }: Change, part: number): Stream =>
  isWide ? { name: `${stream.name}_${part}_${"x".repeat(80)}`, kind: "keyed" } : stream;
