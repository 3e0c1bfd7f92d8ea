import {
  type Change,
  type Dialect,
  hasKeys,
  hasSchema,
  type Source,
  type Stream,
  streamOf,
} from "./source.ts";

/** A stitchstream as a streamer prints it from a bookmark on, whole or in parts. */
export interface Body {
  /** Distinguishes its records from those of other bodies. */
  readonly name: string;
  readonly streamer: string;
  readonly changes: readonly Change[];
  /** Whether it has a faulty line: nothing of it may be forwarded. */
  readonly isFaulty: boolean;
  /** The lines of its header, if any, and of its messages. Each ends with a newline. */
  readonly lines: readonly string[];
}

export interface BodyOptions {
  readonly name: string;
  readonly source: Source;
  readonly changes: readonly Change[];
  readonly dialect: Dialect;
  readonly isFaulty?: boolean;
  /** Whether a bookmark follows a change. One always follows the last change. */
  isMarked(change: Change): boolean;
}

const headers: Record<Dialect, readonly string[]> = {
  json: ["stitchstream/0.1", "Content-Type: jsonline", "--"],
  singer: [],
  transit: ["stitchstream/0.1", "Content-Type: transit", "--"],
};

export function bodyOf({ name, source, changes, dialect, isFaulty = false, isMarked }: BodyOptions): Body {
  // Two bodies without records are different bodies.
  const messages: object[] = [{ type: "NOTE", name }];
  // A tap without a state prints an empty one, here and at its end.
  const isForgetful = dialect === "singer" && changes.length % 2 === 1;
  if (isForgetful) messages.push({ type: "STATE", value: {} });
  const described = new Map<string, number>();
  let n = 0;
  for (const change of changes) {
    const { stream, generation } = change;
    if (hasSchema(stream) && described.get(stream.name) !== generation)
      messages.push(schemaMessage(stream, generation));
    described.set(stream.name, generation);
    if (change.isActivation) messages.push(activationMessage(change, name));
    for (const [part, id] of change.ids.entries())
      messages.push(recordMessage(change, part, { id, name, n: n++, from: source.streamer }));
    if (change === changes.at(-1) || isMarked(change))
      messages.push({
        type: dialect === "singer" ? "STATE" : "BOOKMARK",
        value: bookmarkOf(change.position, source),
      });
  }
  if (isForgetful) messages.push({ type: "STATE", value: null });
  const write = dialect === "transit" ? transitOf : (message: object) => JSON.stringify(message);
  const lines = [...headers[dialect], ...messages.map(write)];
  if (isFaulty) lines.push(dialect === "transit" ? '["^ ","type","RECORD"' : '{"type":"RECORD","record":');
  return { name, streamer: source.streamer, changes, isFaulty, lines: lines.map(line => `${line}\n`) };
}

export const bytesOf = ({ lines }: Body): Uint8Array => Buffer.from(lines.join(""));

/** More than is stored in an item. */
const padding = "x".repeat(2_100);

const bookmarkOf = (position: number, { traits }: Source) =>
  traits.hasLargeBookmarks && position % 2 === 0 ? { at: position, padding } : position;

/** The position in a bookmark's text, JSON or transit; 0 without one, and for an empty state. */
export function positionIn(text: string | undefined): number {
  if (text === undefined || text === "{}" || text === "null") return 0;
  const [, position] = /^(?:\["~#'",|\["\^ ","at",|\{"at":)?(\d+)/.exec(text) ?? [];
  if (position === undefined) throw new Error(`Not a bookmark of the simulation: ${text.slice(0, 50)}`);
  return Number(position);
}

function recordMessage(
  change: Change,
  part: number,
  {
    id,
    name,
    n,
    from,
  }: { readonly id: number; readonly name: string; readonly n: number; readonly from: string },
): object {
  const stream = streamOf(change, part);
  const { position, version, generation } = change;
  const extras = Object.fromEntries(extrasOf(stream, generation).map(extra => [extra, position]));
  return {
    type: "RECORD",
    stream: stream.name,
    ...(stream.kind === "keyed" && { key_fields: ["id"] }),
    ...(version !== undefined && { version }),
    record: { id, position, part, n, body: name, from, ...extras },
  };
}

const activationMessage = ({ stream, version }: Change, body: string) => ({
  type: "ACTIVATE_VERSION",
  stream: stream.name,
  version,
  body,
});

/** One more property with each generation. */
const extrasOf = (stream: Stream, generation: number) =>
  hasSchema(stream) ? Array.from({ length: generation }, (_, n) => `extra${n}`) : [];

const integers = ["id", "position", "part", "n"];

function schemaMessage(stream: Stream, generation: number): object {
  const properties = {
    ...Object.fromEntries(
      [...integers, ...extrasOf(stream, generation)].map(name => [name, { type: "integer" }]),
    ),
    body: { type: "string" },
    from: { type: "string" },
  };
  return {
    type: "SCHEMA",
    stream: stream.name,
    schema: { type: "object", properties },
    ...(hasKeys(stream) && { key_properties: ["id"] }),
  };
}

/** JSON as compact transit. No text here begins with a marker of transit. */
function transitOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(transitOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) => [
    JSON.stringify(name),
    transitOf(member),
  ]);
  return `[${['"^ "', ...members].join(",")}]`;
}
