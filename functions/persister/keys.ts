import type { Members } from "../stitchstream/members.ts";
import type { ValueReader } from "../stitchstream/reader.ts";
import type { Table } from "../stitchstream/tables.ts";
import { stringOf } from "../stitchstream/text.ts";
import { Kind } from "../stitchstream/visitor.ts";
import { keyCharsMax } from "./limits.ts";

/** What a key's value is wrong in. */
export interface KeyFault {
  readonly field: string;
  readonly message: string;
}

const none: readonly KeyFault[] = [];

/** The Import API wants each key at the record's top, scalar and not null: import-api.md sections 1.3 and 2. */
export function keyFaults(table: Table, reader: ValueReader): readonly KeyFault[] {
  let faults: KeyFault[] | undefined;
  for (const [i, field] of table.keyNames.entries()) {
    const message = keyFault(reader, indexOfName(reader, field, table.keyNameBytes[i]!));
    if (message === undefined) continue;
    faults ??= [];
    faults.push({ field, message });
  }
  return faults ?? none;
}

function keyFault(reader: ValueReader, index: number): string | undefined {
  if (index < 0) return "the key is missing: each record of this stream wants it";
  const members = reader.recordMembers;
  const kind = members.kind(index);
  if (kind === Kind.null) return "the key is null: a key tells one row from another";
  if (kind >= Kind.map)
    return "the key is no single value: a key is a string, a number, a boolean or an instant";
  const start = members.start(index);
  const end = members.end(index);
  // Fewer bytes can't be more characters.
  if (end - start > keyCharsMax && stringOf(reader.bytes, start, end).length > keyCharsMax) {
    return `the key is longer than ${keyCharsMax} characters`;
  }
  return undefined;
}

function indexOfName(reader: ValueReader, name: string, nameBytes: Uint8Array): number {
  const { bytes, recordMembers: members } = reader;
  for (let i = 0; i < members.count; i++) {
    if (isSame(bytes, members.nameStart(i), members.nameEnd(i), nameBytes)) return i;
  }
  return indexOfEscapedName(bytes, members, name);
}

function isSame(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

/** A name may be written with JSON escapes, and is the same name. */
function indexOfEscapedName(bytes: Uint8Array, members: Members, name: string): number {
  for (let i = 0; i < members.count; i++) {
    const start = members.nameStart(i);
    const end = members.nameEnd(i);
    if (bytes.subarray(start, end).includes(0x5c) && stringOf(bytes, start, end) === name) return i;
  }
  return -1;
}
