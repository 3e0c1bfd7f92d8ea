import { holdsEscape, isSame } from "../values/bytes.ts";
import type { Members } from "../values/members.ts";
import { stringOf } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { ValueReader } from "./reader.ts";
import type { Table } from "./tables.ts";

/** Finds a table's keys among the members of the record just read and writes them to `reader.keyValues`. */
export function findKeyValues({ keyNames, keyNameBytes }: Table, reader: ValueReader): void {
  const { keyValues, recordMembers: members } = reader;
  keyValues.clear();
  for (let key = 0; key < keyNames.length; key++) {
    const index = indexOfName(reader, keyNames[key]!, keyNameBytes[key]!);
    if (index < 0) keyValues.push(0, 0, Kind.absent, 0, 0);
    else keyValues.push(0, 0, members.kind(index), members.start(index), members.end(index));
  }
}

function indexOfName(reader: ValueReader, name: string, nameBytes: Uint8Array): number {
  const { bytes, recordMembers: members } = reader;
  for (let i = 0; i < members.count; i++) {
    if (isSame(bytes, members.nameStart(i), members.nameEnd(i), nameBytes)) return i;
  }
  return indexOfEscapedName(bytes, members, name);
}

/** Finds a name that may be written with JSON escapes. */
function indexOfEscapedName(bytes: Uint8Array, members: Members, name: string): number {
  for (let i = 0; i < members.count; i++) {
    const start = members.nameStart(i);
    const end = members.nameEnd(i);
    if (holdsEscape(bytes, start, end) && stringOf(bytes, start, end) === name) return i;
  }
  return -1;
}
