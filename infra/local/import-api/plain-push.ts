import { isUtf8 } from "node:buffer";
import { ByteWriter } from "../../../functions/values/byte-writer.ts";
import {
  closeBrace,
  closeBracket,
  comma,
  nine,
  openBracket,
  wordBytes,
  zero,
} from "../../../functions/values/bytes.ts";
import { isSameText, type Memory, memoryOf } from "../../../functions/values/memory.ts";
import type { Lines } from "./log.ts";
import { escaped, MemberScan, NotPlain } from "./member-scan.ts";
import { recordsMax } from "./refusal.ts";
import { Shapes } from "./shapes.ts";
import { Digits, isInt64 } from "./values.ts";

const text = String.raw`"[^"\\\x00-\x1f]+"`;
/** The text before a record's data, in the order in which the endpoint writes it. */
const envelopeForm = new RegExp(
  String.raw`^\{"client_id":(?<client>\d+),"table_name":(?<table>${text}),"sequence":(?<sequence>\d+)` +
    String.raw`(?<tail>,"action":"upsert",(?:"table_version":(?<version>0|[1-9]\d*),)?` +
    String.raw`"key_names":(?<names>\[${text}(?:,${text})*\]),"data":)`,
);

/** The digits of the highest sequence. */
const int64Digits = 19;
/** The longest text before a record's data that is read here. */
const envelopeBytesMax = 4_096;
const lineEnd = Buffer.from(']]"}\n');

/** The text that the records of a table share. */
interface Envelope {
  /** The text before the sequence, and after it. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly table: string;
  /** The text of a line between its data, its sequence and its key. */
  readonly beforeSequence: Uint8Array;
  readonly afterSequence: Uint8Array;
  readonly keys: readonly KeyPart[];
}

interface KeyPart {
  /** The name in JSON. */
  readonly name: Uint8Array;
  /** The text before the value in the key. */
  readonly before: Uint8Array;
}

/**
 * Returns the log's rows of a `/push` body in JSON that the endpoint has written, equal to those of its
 * values; undefined for a body that is refused, and for one with anything unusual, which is read as values.
 * It copies the texts of a record into its line: making values of them takes four times as long.
 */
export function plainLines(body: Buffer, clientId: number, request: number): Lines | undefined {
  const memory = memoryOf(body);
  if (body.at(-1) !== closeBracket || !isUtf8(body) || hasControl(memory)) return undefined;
  try {
    return new PushScan(body, memory, { clientId, request }).lines();
  } catch (error) {
    // A SyntaxError is about a value within a record.
    if (error instanceof NotPlain || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Returns whether a byte is below 0x20: the endpoint writes none, and strings can't have them. */
function hasControl({ bytes, view }: Memory): boolean {
  let at = 0;
  for (const last = bytes.length - wordBytes; at <= last; at += wordBytes) {
    const word = view.getInt32(at, true);
    if (((word - 0x20202020) & ~word & 0x80808080) !== 0) return true;
  }
  while (at < bytes.length && bytes[at]! >= 0x20) at++;
  return at < bytes.length;
}

class PushScan {
  readonly #body: Buffer;
  readonly #memory: Memory;
  readonly #clientId: string;
  readonly #start: Uint8Array;
  readonly #out: ByteWriter;
  readonly #members: MemberScan;
  readonly #shapes = new Shapes();
  #last: Envelope | undefined;
  /** The envelope of the record before. */
  #before: Envelope | undefined;

  constructor(
    body: Buffer,
    memory: Memory,
    { clientId, request }: { readonly clientId: number; readonly request: number },
  ) {
    this.#body = body;
    this.#memory = memory;
    this.#clientId = String(clientId);
    this.#start = Buffer.from(`{"request":${request},"data":`);
    // A cell is two or three bytes longer than its value, and each line has a request and a key.
    this.#out = new ByteWriter(Math.ceil(1.5 * body.length));
    this.#members = new MemberScan(body, memory, this.#out);
  }

  lines(): Lines {
    const { length } = this.#body;
    let rows = 0;
    for (let at = 0; at < length - 1; rows++) {
      if (this.#body[at] !== (at === 0 ? openBracket : comma)) throw new NotPlain();
      at = this.#record(at + 1);
    }
    if (rows === 0 || rows > recordsMax) throw new NotPlain();
    return { text: this.#out.view(), rows, shapes: this.#shapes.all() };
  }

  /** Writes the line of the record at `start`, and returns its end. */
  #record(start: number): number {
    const out = this.#out;
    const envelope = this.#envelopeAt(start);
    const sequenceStart = start + envelope.head.length;
    const sequenceEnd = this.#endOfDigits(sequenceStart);
    if (!this.#isSequence(sequenceStart, sequenceEnd)) throw new NotPlain();
    out.all(this.#start);
    const end = this.#members.read(sequenceEnd + envelope.tail.length);
    if (envelope !== this.#before || !this.#members.isLikeLast)
      this.#shapes.add({ table: envelope.table, ...this.#members.shape() });
    this.#before = envelope;
    out.all(envelope.beforeSequence);
    out.copy(this.#body, sequenceStart, sequenceEnd);
    out.all(envelope.afterSequence);
    for (const { name, before } of envelope.keys) {
      out.all(before);
      this.#members.writeKey(name);
    }
    out.all(lineEnd);
    if (this.#body[end] !== closeBrace) throw new NotPlain();
    return end + 1;
  }

  #envelopeAt(start: number): Envelope {
    const last = this.#last;
    if (last !== undefined && this.#isAt(start, last.head)) {
      if (this.#isAt(this.#endOfDigits(start + last.head.length), last.tail)) return last;
    }
    // A character a byte: its place in the text is its place in the body.
    const text = this.#body.toString("latin1", start, start + envelopeBytesMax);
    const found = envelopeForm.exec(text);
    const { client, table, sequence, tail, version, names } = found?.groups ?? {};
    if (client !== this.#clientId) throw new NotPlain();
    const utf8 = (latin1: string) => Buffer.from(latin1, "latin1").toString();
    const end = start + found![0].length;
    const tailStart = end - tail!.length;
    const keyNames = JSON.parse(utf8(names!)) as string[];
    const named = utf8(table!).slice(1, -1);
    if (named.trim() === "" || (version !== undefined && !isInt64(new Digits(version)))) throw new NotPlain();
    const numbers = `","version":${version === undefined ? null : `"${version}"`}`;
    this.#last = {
      head: this.#body.subarray(start, tailStart - sequence!.length),
      tail: this.#body.subarray(tailStart, end),
      table: named,
      beforeSequence: Buffer.from(`,"table":${utf8(table!)},"sequence":"`),
      afterSequence: Buffer.from(`${numbers},"key":"${version ?? ""}[`),
      keys: keyNames.map((name, n) => ({
        name: Buffer.from(JSON.stringify(name)),
        before: Buffer.from(`${n > 0 ? "]," : ""}[${escaped(JSON.stringify(name))},`),
      })),
    };
    return this.#last;
  }

  #isSequence(start: number, end: number): boolean {
    if (this.#body[start] === zero) return end - start === 1;
    if (end - start < int64Digits || (end - start === int64Digits && this.#body[start]! < nine))
      return end > start;
    return isInt64(new Digits(this.#body.toString("latin1", start, end)));
  }

  /** Returns whether the text here is the same as another part of the body. */
  #isAt(start: number, part: Uint8Array): boolean {
    return isSameText(this.#memory.view, start, part.byteOffset - this.#body.byteOffset, part.length);
  }

  #endOfDigits(start: number): number {
    let at = start;
    while (this.#body[at]! >= zero && this.#body[at]! <= nine) at++;
    return at;
  }
}
