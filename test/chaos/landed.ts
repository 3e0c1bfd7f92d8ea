import { type LoggedRequest, rowsOf } from "../../infra/local/import-api/log.ts";
import { LandedTable, type Row } from "../../infra/local/import-api/rows.ts";
import { toJson } from "../../infra/local/import-api/values.ts";
import type { Client, Seen } from "./client.ts";

const newline = 0x0a;
const field = ({ data }: Pick<Row, "data">, name: string) => toJson(data?.get(name) ?? null);

/** Everything that landed, in its order, held against the bookmarks that were given out meanwhile. */
export class Landed {
  requests = 0;
  records = 0;
  readonly faults: string[] = [];
  readonly #tables = new Map<string, LandedTable>();
  readonly #positions = new Map<string, Set<string>>();
  /** Up to where all positions have landed. */
  readonly #whole = new Map<string, number>();
  readonly #sequences = new Map<string, bigint>();
  /** Bookmarks not looked at yet, the first at the end. */
  readonly #seen: (Seen & { readonly streamer: string })[];

  constructor(clients: readonly Pick<Client, "streamer" | "seen">[]) {
    this.#seen = clients
      .flatMap(({ streamer, seen }) => seen.map(each => ({ ...each, streamer })))
      .sort((a, b) => b.logBytes - a.logBytes);
  }

  /** Reads the Import API's log: an accepted request a line. */
  read(log: Buffer): void {
    for (
      let start = 0, end = log.indexOf(newline);
      end >= 0;
      start = end + 1, end = log.indexOf(newline, start)
    ) {
      while ((this.#seen.at(-1)?.logBytes ?? log.length) <= end) this.#checkBookmark(this.#seen.pop()!);
      this.requests++;
      for (const row of rowsOf(JSON.parse(log.toString("utf8", start, end)) as LoggedRequest)) this.#add(row);
    }
    while (this.#seen.length > 0) this.#checkBookmark(this.#seen.pop()!);
  }

  /** By id, the position of the change that each row is of. A row that stands twice is a fault. */
  rowsOf(streamer: string): ReadonlyMap<string, string> {
    const rows = new Map<string, string>();
    for (const row of this.#tables.get(streamer)?.rows() ?? []) {
      const id = field(row, "id");
      if (rows.has(id)) this.faults.push(`${streamer}: row ${id} stands twice`);
      rows.set(id, field(row, "position"));
    }
    return rows;
  }

  /** A record of a delivery has one sequence, however often it came. */
  #add(row: Row): void {
    this.records++;
    const table = this.#tables.get(row.table) ?? new LandedTable();
    this.#tables.set(row.table, table);
    table.land(row);
    const position = field(row, "position");
    const positions = this.#positions.get(row.table) ?? new Set();
    this.#positions.set(row.table, positions.add(position));
    const record = `${field(row, "body")} ${position}`;
    const first = this.#sequences.get(record) ?? row.sequence;
    this.#sequences.set(record, first);
    if (first !== row.sequence) this.faults.push(`${row.table}: record ${position} has two sequences`);
  }

  /** Every record before it had landed when it was given out. */
  #checkBookmark({ streamer, bookmark }: Seen & { readonly streamer: string }): void {
    const positions = this.#positions.get(streamer);
    let whole = this.#whole.get(streamer) ?? 0;
    while (positions?.has(String(whole + 1)) === true) whole++;
    this.#whole.set(streamer, whole);
    if (bookmark > whole)
      this.faults.push(`${streamer}: the bookmark ${bookmark} was ahead of record ${whole + 1}`);
  }
}
