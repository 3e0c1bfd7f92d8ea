import fc from "fast-check";
import { validate } from "../../functions/persister/body/validate.ts";
import type { Destination } from "../../functions/persister/destination.ts";
import { batches } from "../../functions/persister/forward/batch.ts";
import { forward } from "../../functions/persister/forward/forward.ts";
import { activation, body, keyed, record } from "./stream.ts";

/** Deliveries of two streamers to one table, and the order in which they are written, some of them again. */
export interface History {
  readonly isKeyed: boolean;
  readonly deliveries: readonly Delivery[];
  readonly writes: readonly Write[];
  /** The streamers write at the same time, each in its order. */
  readonly isConcurrent: boolean;
}

interface Delivery {
  /** 0 or 1. */
  readonly streamer: number;
  /** The sequence of its first row. Two streamers may use the same ones. */
  readonly firstSequence: number;
  readonly rows: readonly Row[];
  readonly version: number | undefined;
  readonly isActivated: boolean;
}

interface Row {
  readonly id: number;
  readonly fields: readonly number[];
}

interface Write {
  /** Its index. */
  readonly delivery: number;
  /** It is killed after so many batches. */
  readonly batches: number;
}

const rowsMax = 6;
const whole = Number.POSITIVE_INFINITY;
const sequencesOf = (n: number) => 1_000 * (n + 1);
const rows = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 4 }),
    fields: fc.uniqueArray(fc.integer({ min: 0, max: 3 })),
  }),
  { minLength: 1, maxLength: rowsMax },
);
const streamer = fc.nat({ max: 1 });

/** Deliveries with versions of any order, or all without. */
const deliveriesOf = (version: fc.Arbitrary<number | undefined>): fc.Arbitrary<Delivery[]> =>
  fc
    .array(fc.record({ streamer, rows, version, isActivated: fc.boolean(), isTied: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    })
    .map(all =>
      all.map(({ isTied, ...each }, n) => {
        // Sequences are unique within a streamer.
        const tied = isTied && n > 0 && all[n - 1]!.streamer !== each.streamer && !all[n - 1]!.isTied;
        return { ...each, firstSequence: sequencesOf(tied ? n - 1 : n) };
      }),
    );

/**
 * A table that is loaded in versions, each activated at its end, and in between without versions: as by a tap
 * that changes its way.
 */
const loads: fc.Arbitrary<Delivery[]> = fc
  .array(
    fc.record({
      isVersioned: fc.boolean(),
      parts: fc.array(fc.record({ streamer, rows }), { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map(all =>
    all
      .flatMap(({ isVersioned, parts }, load) =>
        parts.map((part, n) => ({
          ...part,
          version: isVersioned ? load + 1 : undefined,
          isActivated: isVersioned && n === parts.length - 1,
        })),
      )
      .map((each, n) => ({ ...each, firstSequence: sequencesOf(n) })),
  );

/** Each delivery is written as a whole at least once. Some are written again, as a whole or in part. */
const writesOf = ({ length }: readonly Delivery[]): fc.Arbitrary<readonly Write[]> =>
  fc
    .array(
      fc.record({
        delivery: fc.nat({ max: length - 1 }),
        batches: fc.constantFrom(0, 1, 2, whole),
      }),
      { maxLength: 6 },
    )
    .chain(more => {
      const all = Array.from({ length }, (_, delivery) => ({ delivery, batches: whole }));
      return fc.shuffledSubarray([...all, ...more], { minLength: length + more.length });
    });

export const histories: fc.Arbitrary<History> = fc
  .oneof(deliveriesOf(fc.constant(undefined)), deliveriesOf(fc.integer({ min: 1, max: 3 })), loads)
  .chain(deliveries =>
    fc.record({
      isKeyed: fc.boolean(),
      deliveries: fc.constant(deliveries),
      writes: writesOf(deliveries),
      isConcurrent: fc.boolean(),
    }),
  );

const dataOf = ({ firstSequence, streamer: s, rows }: Delivery, row: number) => {
  const n = firstSequence + row;
  const { id, fields } = rows[row]!;
  return { id, n, s, ...Object.fromEntries(fields.map(field => [`f${field}`, n])) };
};

/** Two records fill a batch. */
const bytesAround = 1_900_000;

/** Writes a history to one stream, each streamer through its own destination. */
export async function writeHistory(
  history: History,
  destinations: readonly Destination[],
  stream: string,
): Promise<void> {
  const { writes, deliveries, isConcurrent } = history;
  const writeAll = async (some: readonly Write[]) => {
    for (const write of some)
      await writeOnce(write, history, { stream, of: destinations[deliveries[write.delivery]!.streamer]! });
  };
  if (!isConcurrent) return writeAll(writes);
  await Promise.all(
    [0, 1].map(each => writeAll(writes.filter(({ delivery }) => deliveries[delivery]!.streamer === each))),
  );
}

async function writeOnce(
  { delivery: n, batches: most }: Write,
  { deliveries, isKeyed }: History,
  { stream, of }: { readonly stream: string; readonly of: Destination },
): Promise<void> {
  const delivery = deliveries[n]!;
  const { version, isActivated, firstSequence } = delivery;
  const line = isKeyed ? keyed : record;
  const lines = delivery.rows.map((_, row) => line(stream, dataOf(delivery, row), version));
  const end = isActivated && version !== undefined ? [activation(stream, version)] : [];
  const contents = validate(Buffer.from(body(...lines, ...end)), of);
  const writer = await of.prepare({
    contents,
    delivery: `delivery-${n}`,
    firstSequence: BigInt(firstSequence),
    receivedAt: 1_700_000_000_000,
    deadline: Date.now() + 60_000,
  });
  let written = 0;
  const { refusal } = await forward(
    tracker => batches(contents, { ...of.sizes, bytesAround: () => bytesAround }, tracker),
    {
      write: async (batch, out) => {
        if (written++ >= most)
          return { kind: "failed", reason: "unavailable", message: "killed", attempts: 1 };
        return writer.write({ ...batch, bytes: 0 }, out);
      },
    },
    of.batchesInFlightMax,
  );
  if (refusal !== undefined && most === whole) throw new Error(`refused: ${refusal.outcome.message}`);
}

/** A row of a table, with the values that are not null. */
export type Data = Readonly<Record<string, unknown>>;

interface Candidate {
  readonly id: number;
  readonly version: number;
  readonly sequence: number;
  readonly data: Data;
}

/**
 * Returns the rows that the highest versions and sequences leave, each as those of which one must be there:
 * there are several only if two streamers used one sequence.
 */
function expectedRows({ deliveries, isKeyed }: History): readonly (readonly Data[])[] {
  const activations = deliveries
    .filter(each => each.isActivated && each.version !== undefined)
    .map(({ version, firstSequence, rows }) => ({ version: version!, at: firstSequence + rows.length - 1 }))
    .sort((left, right) => right.version - left.version || right.at - left.at);
  const { version: active, at } = activations[0] ?? { version: 0, at: 0 };
  const current = deliveries
    .flatMap(delivery =>
      delivery.rows.map(({ id }, row): Candidate => {
        const { version = 0, firstSequence } = delivery;
        return { id, version, sequence: firstSequence + row, data: dataOf(delivery, row) };
      }),
    )
    .filter(({ version, sequence }) => (version === 0 ? sequence > at : version >= active));
  if (!isKeyed) return current.map(({ data }) => [data]);
  return [...new Set(current.map(({ id }) => id))].map(id => {
    const ofKey = current.filter(each => each.id === id);
    return ofKey.filter(each => ofKey.every(other => !isNewer(other, each))).map(({ data }) => data);
  });
}

const isNewer = (left: Candidate, right: Candidate) =>
  left.version === 0 || right.version === 0 || left.version === right.version
    ? left.sequence > right.sequence
    : left.version > right.version;

/** Returns what is wrong with the rows that a history left; undefined if nothing is. */
export function faultIn(history: History, left: readonly Data[]): string | undefined {
  const expected = expectedRows(history);
  const found = left.map(textOf);
  const missing = expected.find(some => !some.some(each => found.includes(textOf(each))));
  if (missing !== undefined) return `none of ${JSON.stringify(missing)} is among ${JSON.stringify(left)}`;
  return left.length === expected.length
    ? undefined
    : `${JSON.stringify(left)} has ${left.length} rows, not ${expected.length}`;
}

const textOf = (data: Data) => JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
