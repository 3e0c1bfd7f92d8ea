import type { LoggedRow, RequestEnd } from "../../infra/local/import-api/log.ts";
import type { Client } from "./client.ts";
import { recordText } from "./source.ts";

/** A difference from the input. */
export interface Fault {
  readonly kind: "missing" | "twice" | "stale" | "changed" | "ahead";
  readonly text: string;
}

/** A bookmark that the endpoint has answered. */
export interface Seen {
  readonly bookmark: number;
  /** The length of the Import API's log at that time: everything in it had landed. */
  readonly logBytes: number;
}

interface SeenOf extends Seen {
  readonly streamer: string;
}

const newline = 0x0a;
/** Without the letter for its type. */
const field = ({ data }: Pick<LoggedRow, "data">, name: string) => data?.[name]?.slice(1) ?? "";

/** The record's JSON, with its columns in order. The type letter of text is S. */
const jsonOf = ({ data }: LoggedRow) =>
  `{${Object.entries(data ?? {})
    .map(([name, cell]) => {
      const text = cell?.slice(1) ?? "null";
      return `${JSON.stringify(name)}:${cell?.startsWith("S") ? JSON.stringify(text) : text}`;
    })
    .join(",")}}`;

/** Everything that landed, in order, compared with the bookmarks answered meanwhile. */
export class Landed {
  requests = 0;
  records = 0;
  readonly faults: Fault[] = [];
  /** By table and key, the row with the highest sequence, and of equal ones the first. */
  readonly #tables = new Map<string, Map<string, LoggedRow>>();
  readonly #positions = new Map<string, Set<number>>();
  /** All positions up to this one have landed. */
  readonly #whole = new Map<string, number>();
  /** By record of a body, and the reverse. */
  readonly #sequences = new Map<string, string>();
  readonly #records = new Map<string, string>();
  /** Bookmarks not yet checked, the first one last. */
  readonly #seen: SeenOf[];

  constructor(clients: readonly Pick<Client, "streamer" | "seen">[]) {
    this.#seen = clients
      .flatMap(({ streamer, seen }) => seen.map(each => ({ ...each, streamer })))
      .sort((a, b) => b.logBytes - a.logBytes);
  }

  /**
   * Reads the Import API's log: a line for each row, and one after each request, with which it was
   * accepted.
   */
  read(log: Buffer): void {
    let rows: LoggedRow[] = [];
    for (
      let start = 0, end = log.indexOf(newline);
      end >= 0;
      start = end + 1, end = log.indexOf(newline, start)
    ) {
      const line = JSON.parse(log.toString("utf8", start, end)) as LoggedRow | RequestEnd;
      if (!("rows" in line)) rows.push(line);
      else {
        while ((this.#seen.at(-1)?.logBytes ?? log.length) <= end) this.#checkBookmark(this.#seen.pop()!);
        this.requests++;
        for (const row of rows) this.#add(row);
        rows = [];
      }
    }
    while (this.#seen.length > 0) this.#checkBookmark(this.#seen.pop()!);
  }

  positionsOf(streamer: string): ReadonlySet<number> {
    return this.#positions.get(streamer) ?? new Set();
  }

  /** By id, the position of each row's change. A row that occurs twice is a fault. */
  rowsOf(streamer: string): ReadonlyMap<number, number> {
    const rows = new Map<number, number>();
    for (const row of this.#tables.get(streamer)?.values() ?? []) {
      const id = Number(field(row, "id"));
      if (rows.has(id)) this.faults.push({ kind: "twice", text: `${streamer}: row ${id} stands twice` });
      rows.set(id, Number(field(row, "position")));
    }
    return rows;
  }

  #add(row: LoggedRow): void {
    this.records++;
    this.#land(row);
    const [position, body] = [Number(field(row, "position")), field(row, "body")];
    const positions = this.#positions.get(row.table) ?? new Set();
    this.#positions.set(row.table, positions.add(position));
    if (jsonOf(row) !== recordText(position, body))
      this.faults.push({ kind: "changed", text: `${row.table}: record ${position} is not what was sent` });
    this.#checkSequence(row, `${body} ${position}`);
  }

  #land(row: LoggedRow): void {
    const table = this.#tables.get(row.table) ?? new Map<string, LoggedRow>();
    this.#tables.set(row.table, table);
    const key = row.key ?? `appended ${table.size}`;
    const stands = table.get(key);
    if (stands === undefined || BigInt(row.sequence) > BigInt(stands.sequence)) table.set(key, row);
  }

  /** A record of a body has one sequence, however often it was sent, and no other record has the same one. */
  #checkSequence({ table, sequence }: LoggedRow, record: string): void {
    const first = this.#sequences.get(record) ?? sequence;
    this.#sequences.set(record, first);
    if (first !== sequence)
      this.faults.push({ kind: "twice", text: `${table}: record ${record} has two sequences` });
    const place = `${table} ${sequence}`;
    const owner = this.#records.get(place) ?? record;
    this.#records.set(place, owner);
    if (owner !== record)
      this.faults.push({ kind: "twice", text: `${table}: records ${owner} and ${record} share a sequence` });
  }

  /** Every record before it had landed when it was answered. */
  #checkBookmark({ streamer, bookmark }: SeenOf): void {
    const positions = this.positionsOf(streamer);
    let whole = this.#whole.get(streamer) ?? 0;
    while (positions.has(whole + 1)) whole++;
    this.#whole.set(streamer, whole);
    if (bookmark > whole)
      this.faults.push({
        kind: "ahead",
        text: `${streamer}: bookmark ${bookmark} was ahead of record ${whole + 1}`,
      });
  }
}
