import type { MemoryRow } from "../../../functions/memory/destination.ts";
import type { Process } from "../process.ts";
import type { Landed } from "../world/landed.ts";
import type { World } from "../world/world.ts";
import { Violation } from "./violation.ts";

type Written = Landed & { readonly delivery: string };

/** Checks the tables of a database: I3 of rows, in whatever order their transactions were committed. */
export class Rows {
  readonly #world: World;
  /** By body, the key of its deliveries. */
  readonly #keys = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  landed({ body }: Landed, { sent: { key } }: Process): void {
    if (key !== undefined) this.#keys.set(body, key);
  }

  checkEnd(): void {
    const { database } = this.#world;
    const all = database.transactions.flatMap(({ records, delivery }) =>
      records.map((record): Written => ({ ...record, delivery })),
    );
    for (const stream of database.streams)
      this.#checkTable(
        stream,
        all.filter(({ table }) => table === stream),
      );
  }

  /** A table is what the highest versions and sequences of all its transactions say. */
  #checkTable(stream: string, written: readonly Written[]): void {
    const active = this.#world.database.activeVersion(stream)?.version ?? 0;
    const highest = new Map<string, Written>();
    for (const each of written) {
      const { version = active, hasKeys, id, sequence, delivery } = each;
      if (version < active) continue;
      const key = hasKeys ? `${id}` : `${delivery} ${sequence}`;
      const there = highest.get(key);
      if (there === undefined || isNewer(each, there)) highest.set(key, each);
    }
    const rows = this.#world.database.rows(stream);
    const found = new Set(rows.map(placeOfRow));
    for (const each of highest.values())
      if (!found.has(placeOf(each)))
        throw new Violation("I3", `${stream} lacks the row of ${placeOf(each)}, or has an older one`);
    if (rows.length !== highest.size)
      throw new Violation("I3", `${stream} has ${rows.length} rows, not ${highest.size}`);
    if (written.some(({ hasKeys }) => !hasKeys)) this.#checkOnce(stream, rows);
  }

  /** A record without keys is there once, however often its delivery was attempted. */
  #checkOnce(stream: string, rows: readonly MemoryRow[]): void {
    const seen = new Set<string>();
    for (const { data } of rows) {
      const body = String(data.body);
      const key = this.#keys.get(body);
      if (key !== undefined && this.#world.invariants.isShared(key)) continue;
      const record = `${body} ${data.n}`;
      if (seen.has(record)) throw new Violation("I3", `${stream} has the record ${record} twice`);
      seen.add(record);
    }
  }
}

const isNewer = (left: Written, right: Written) =>
  left.version === right.version ? left.sequence > right.sequence : left.version! > right.version!;

const placeOf = ({ sequence, body, n }: Written) => `${sequence} ${body} ${n}`;
const placeOfRow = ({ sequence, data }: MemoryRow) => `${sequence} ${data.body} ${data.n}`;
