import type { ValueReader } from "../../stitchstream/reader.ts";
import type { Table } from "../../stitchstream/tables.ts";
import { stringOf } from "../../values/scanner.ts";
import { Kind } from "../../values/visitor.ts";
import type { Rules } from "../destination.ts";

/** A fault of a key's value. */
export interface KeyFault {
  readonly field: string;
  readonly message: string;
}

const none: readonly KeyFault[] = [];

/**
 * Checks a record's keys. Each destination requires every key at the record's top level, scalar and not null:
 * docs/import-api.md for Stitch's, and a primary key of PostgreSQL.
 */
export function keyFaults(table: Table, reader: ValueReader, rules: Rules): readonly KeyFault[] {
  if (reader.hasValidKeys) return none;
  let faults: KeyFault[] | undefined;
  for (let key = 0; key < table.keyNames.length; key++) {
    const message = keyFault(reader, key, rules);
    if (message === undefined) continue;
    faults ??= [];
    faults.push({ field: table.keyNames[key]!, message });
  }
  return faults ?? none;
}

function keyFault(
  { bytes, keyValues }: ValueReader,
  key: number,
  { keyCharsMax }: Rules,
): string | undefined {
  const kind = keyValues.kind(key);
  if (kind === Kind.absent) return "the key is missing: each record of this stream requires it";
  if (kind === Kind.null) return "the key is null: a key tells one row from another";
  if (kind >= Kind.map)
    return "the key is not a scalar: a key is a string, a number, a boolean or an instant";
  // Numbers have no known limit.
  if (kind < Kind.text) return undefined;
  const start = keyValues.start(key);
  const end = keyValues.end(key);
  // A text has at most as many characters as bytes.
  if (end - start > keyCharsMax && stringOf(bytes, start, end).length > keyCharsMax) {
    return `the key is longer than ${keyCharsMax} characters`;
  }
  return undefined;
}
