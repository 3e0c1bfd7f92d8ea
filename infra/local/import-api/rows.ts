import { toJson, type Value } from "./values.ts";

/** A record as the Import API takes it, or, without data, the switch to a table's version. */
export interface Row {
  readonly table: string;
  readonly sequence: bigint;
  /** Empty: the row is appended. */
  readonly keyNames: readonly string[];
  readonly version: bigint | undefined;
  readonly data: ReadonlyMap<string, Value> | undefined;
}

export interface LandedRow {
  readonly sequence: bigint;
  readonly version: bigint | undefined;
  readonly data: ReadonlyMap<string, Value>;
}

/** A table as a warehouse would show it: of each key the row with the highest sequence, and all rows without keys. */
export class LandedTable {
  readonly #rows = new Map<string, LandedRow>();
  #appended = 0;
  #activated: bigint | undefined;
  /** Rows of one key and one sequence: which of them wins is luck at the real service, here the first does. */
  ties = 0;

  land({ keyNames, sequence, version, data }: Row): void {
    if (data === undefined) {
      if (version !== undefined && version > (this.#activated ?? -1n)) this.#activated = version;
      return;
    }
    const key = keyNames.length === 0 ? `appended ${this.#appended++}` : keyOf(keyNames, data, version);
    const stored = this.#rows.get(key);
    if (stored?.sequence === sequence) this.ties++;
    if (stored === undefined || sequence > stored.sequence) this.#rows.set(key, { sequence, version, data });
  }

  /** Once a version is activated its rows, and those of later ones, are the table. */
  rows(): LandedRow[] {
    const rows = [...this.#rows.values()];
    const activated = this.#activated;
    return activated === undefined
      ? rows
      : rows.filter(({ version }) => version !== undefined && version >= activated);
  }
}

const keyOf = (keyNames: readonly string[], data: ReadonlyMap<string, Value>, version: bigint | undefined) =>
  `${version ?? ""}${JSON.stringify(keyNames.map(name => [name, toJson(data.get(name) ?? null)]))}`;
