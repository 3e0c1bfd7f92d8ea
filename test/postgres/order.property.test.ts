import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import type { Destination } from "../../functions/persister/destination.ts";
import { batches } from "../../functions/persister/forward/batch.ts";
import { forward } from "../../functions/persister/forward/forward.ts";
import { type PostgresDestinations, postgresDestinations } from "../../functions/postgres/destination.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { numRuns } from "../runs.ts";
import { type Database, openDatabase } from "./database.ts";
import { activation, body, keyed, record } from "./stream.ts";

/** Deliveries of two streamers reach one table in any order, and again: retries and replays. */
let database: Database;
let destinations: PostgresDestinations;
let destination: Destination;
beforeAll(async () => {
  database = await openDatabase();
  destinations = postgresDestinations();
  destination = destinations.of({
    account: { url: database.url, schema: database.schema, onSchemaChange: "evolve" },
    rules: importApiRules(),
    clock: systemClock,
  });
});
afterAll(async () => {
  await destinations.end();
  await database.close();
});

interface Row {
  readonly id: number;
  readonly fields: readonly number[];
}

interface Delivery {
  readonly rows: readonly Row[];
  readonly version: number | undefined;
  readonly isActivated: boolean;
}

const sequenceOf = (delivery: number, row: number) => 1_000 * (delivery + 1) + row;
const rowsMax = 6;

const deliveriesOf = (version: fc.Arbitrary<number | undefined>): fc.Arbitrary<Delivery[]> =>
  fc.array(
    fc.record({
      rows: fc.array(
        fc.record({
          id: fc.integer({ min: 1, max: 4 }),
          fields: fc.uniqueArray(fc.integer({ min: 0, max: 3 })),
        }),
        { minLength: 1, maxLength: rowsMax },
      ),
      version,
      isActivated: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  );

/** Some deliveries, and in which order they are written: each at least once. */
const histories = fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 3 })).chain(first =>
  deliveriesOf(first === undefined ? fc.constant(undefined) : fc.integer({ min: 1, max: 3 })).chain(all =>
    fc.record({
      deliveries: fc.constant(all),
      order: fc
        .tuple(
          fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
          fc.array(fc.nat({ max: all.length - 1 }), { maxLength: 5 }),
        )
        .chain(([once, again]) => fc.shuffledSubarray([...once, ...again], { minLength: all.length })),
      isKeyed: fc.boolean(),
    }),
  ),
);

const dataOf = ({ id, fields }: Row, sequence: number) => ({
  ...{ id, n: sequence },
  ...Object.fromEntries(fields.map(field => [`f${field}`, sequence])),
});

async function write(stream: string, n: number, delivery: Delivery, isKeyed: boolean): Promise<void> {
  const line = isKeyed ? keyed : record;
  const { rows, version, isActivated } = delivery;
  const lines = rows.map((row, i) => line(stream, dataOf(row, sequenceOf(n, i)), version));
  const end = isActivated && version !== undefined ? [activation(stream, version)] : [];
  const contents = validate(Buffer.from(body(...lines, ...end)), destination);
  const writer = await destination.prepare({
    contents,
    delivery: `delivery-${n}`,
    firstSequence: BigInt(sequenceOf(n, 0)),
    receivedAt: 1_700_000_000_000,
    deadline: Date.now() + 60_000,
  });
  const sent = await forward(tracker => batches(contents, destination.sizes, tracker), writer);
  expect(sent.refusal).toBeUndefined();
}

/** The rows that the highest versions and sequences leave. */
function expected(deliveries: readonly Delivery[], isKeyed: boolean) {
  const active = Math.max(
    0,
    ...deliveries.filter(each => each.isActivated).map(({ version }) => version ?? 0),
  );
  const all = deliveries.flatMap(({ rows, version = 0 }, n) =>
    rows.map((row, i) => ({ row, version, sequence: sequenceOf(n, i) })),
  );
  const current = all.filter(({ version }) => version === 0 || version >= active);
  const wins = (left: (typeof all)[number], right: (typeof all)[number]) =>
    left.version - right.version || left.sequence - right.sequence;
  const isLast = (each: (typeof all)[number]) =>
    current.every(other => other === each || other.row.id !== each.row.id || wins(each, other) > 0);
  return current
    .filter(each => !isKeyed || isLast(each))
    .sort((left, right) => left.sequence - right.sequence)
    .map(({ row, sequence }) => JSON.stringify(dataOf(row, sequence)));
}

let streams = 0;

it("any order of deliveries, retries, replays and activations leaves the highest sequences", () =>
  fc.assert(
    fc.asyncProperty(histories, async ({ deliveries, order, isKeyed }) => {
      const missing = [...deliveries.keys()].filter(n => !order.includes(n));
      const stream = `t${streams++}`;
      for (const n of [...order, ...missing]) await write(stream, n, deliveries[n]!, isKeyed);
      const rows = await database.query(
        `select json_strip_nulls(row_to_json(t)) as row from ${stream} t order by _sdc_sequence`,
      );
      const own = /^_sdc_/;
      const read = rows.map(({ row }) =>
        Object.fromEntries(Object.entries(JSON.parse(row!) as object).filter(([name]) => !own.test(name))),
      );
      expect(read).toEqual(expected(deliveries, isKeyed).map(text => JSON.parse(text) as object));
    }),
    { numRuns: numRuns(60) },
  ));
