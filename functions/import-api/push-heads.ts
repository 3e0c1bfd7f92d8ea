import type { Encoding } from "../stitchstream/header.ts";
import type { Table } from "../stitchstream/tables.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { copyText, type Memory } from "../values/memory.ts";

/** Where a table's text is, how many bytes of it precede the sequence, and how many digits that has. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly before: number;
  readonly digits: number;
}

/**
 * Writes what precedes the data of a body's records in push requests, from the comma before it: import-api.md
 * section 1.3. The texts of all tables share one memory.
 */
export class PushHeads {
  readonly #clientId: number;
  readonly #encoding: Encoding;
  readonly #texts = new ByteWriter();
  /** By the table's id. */
  readonly #places: (Place | undefined)[] = [];

  constructor(clientId: number, encoding: Encoding) {
    this.#clientId = clientId;
    this.#encoding = encoding;
  }

  /** Writes the head of a record with this sequence. */
  write(table: Table, sequence: Memory, out: ByteWriter): void {
    const digits = sequence.bytes.length;
    const known = this.#places[table.id];
    const { start, end, before } = known?.digits === digits ? known : this.#add(table, sequence);
    const from = out.length;
    out.copyText(this.#texts.memory, start, end);
    // One copy and a short one are faster than three in a row.
    copyText(sequence, 0, digits, out.memory, from + before);
  }

  #add(table: Table, sequence: Memory): Place {
    const texts = this.#texts;
    const [before, after] = (this.#encoding === "json" ? jsonOf : transitOf)(table, this.#clientId);
    const start = texts.length;
    texts.text(before);
    const middle = texts.length;
    texts.allText(sequence);
    texts.text(after);
    const digits = sequence.bytes.length;
    const place = { start, end: texts.length, before: middle - start, digits };
    this.#places[table.id] = place;
    return place;
  }
}

function jsonOf({ stream, keyNames, version }: Table, clientId: number): readonly [string, string] {
  const tableVersion = version === undefined ? "" : `"table_version":${version},`;
  return [
    `,{"client_id":${clientId},"table_name":${JSON.stringify(stream)},"sequence":`,
    `,"action":"upsert",${tableVersion}"key_names":${JSON.stringify(keyNames)},"data":`,
  ];
}

function transitOf({ stream, keyNames, version }: Table, clientId: number): readonly [string, string] {
  const tableVersion = version === undefined ? "" : `"table_version",${version},`;
  const names = JSON.stringify(keyNames.map(transitText));
  return [
    `,["^ ","client_id",${clientId},"table_name",${JSON.stringify(transitText(stream))},"sequence","~i`,
    `","action","upsert",${tableVersion}"key_names",${names},"data",`,
  ];
}

/** transit-format, "Strings": what begins like a tag is escaped by a tilde. */
const transitText = (text: string) => (/^[~^`]/.test(text) ? `~${text}` : text);
