import { toJson, type Value } from "./values.ts";

/** A record as the Import API accepts it, or, without data, the activation of a table's version. */
export interface Row {
  readonly table: string;
  readonly sequence: bigint;
  /** Empty: the row is appended. */
  readonly keyNames: readonly string[];
  readonly version: bigint | undefined;
  readonly data: ReadonlyMap<string, Value> | undefined;
}

/** Returns the key of a row in its table. Of the rows with one key, the highest sequence stays. */
export const keyOf = (
  keyNames: readonly string[],
  data: ReadonlyMap<string, Value>,
  version: bigint | undefined,
) => `${version ?? ""}${toJson(keyNames.map(name => [name, data.get(name) ?? null]))}`;
