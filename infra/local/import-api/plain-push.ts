import { isUtf8 } from "node:buffer";
import { ByteWriter } from "../../../functions/values/byte-writer.ts";
import { isSame } from "../../../functions/values/bytes.ts";
import type { Lines } from "./log.ts";
import { escaped, MemberScan, NotPlain } from "./member-scan.ts";
import { recordsMax } from "./refusal.ts";
import { Digits, isInt64 } from "./values.ts";

const [zero, nine] = [0x30, 0x39] as const;

const text = String.raw`"[^"\\\x00-\x1f]+"`;
/** The text before a record's data, in the order in which the endpoint writes it. */
const envelopeForm = new RegExp(
  String.raw`\{"client_id":(?<client>\d+),"table_name":(?<table>${text}),"sequence":(?<sequence>\d+)` +
    String.raw`(?<tail>,"action":"upsert",(?:"table_version":(?<version>0|[1-9]\d*),)?` +
    String.raw`"key_names":(?<names>\[${text}(?:,${text})*\]),"data":)`,
  "y",
);

const isSequence = (digits: string) => /^(?:0|[1-9]\d*)$/.test(digits) && isInt64(new Digits(digits));
const lineEnd = Buffer.from(']]"}\n');

/** The text that the records of a table share. */
interface Envelope {
  /** The text before the sequence, and after it. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
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
  if (!isUtf8(body)) return undefined;
  try {
    return new PushScan(body, clientId, request).lines();
  } catch (error) {
    // A SyntaxError is about a value within a record.
    if (error instanceof NotPlain || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class PushScan {
  readonly #body: Buffer;
  /** A character a byte: its place in the text is its place in the body. */
  readonly #characters: string;
  readonly #clientId: string;
  readonly #start: Uint8Array;
  readonly #out: ByteWriter;
  readonly #members: MemberScan;
  #last: Envelope | undefined;

  constructor(body: Buffer, clientId: number, request: number) {
    this.#body = body;
    this.#characters = body.toString("latin1");
    this.#clientId = String(clientId);
    this.#start = Buffer.from(`{"request":${request},"data":`);
    this.#out = new ByteWriter(2 * body.length);
    this.#members = new MemberScan(body, this.#out);
  }

  lines(): Lines {
    const { length } = this.#body;
    let rows = 0;
    for (let at = 0; at < length - 1; rows++) {
      if (this.#characters[at] !== (at === 0 ? "[" : ",")) throw new NotPlain();
      at = this.#record(at + 1);
    }
    if (rows === 0 || rows > recordsMax || !this.#characters.endsWith("]")) throw new NotPlain();
    return { text: this.#out.view(), rows };
  }

  /** Writes the line of the record at `start`, and returns its end. */
  #record(start: number): number {
    const out = this.#out;
    const envelope = this.#envelopeAt(start);
    const sequenceStart = start + envelope.head.length;
    const sequenceEnd = this.#endOfDigits(sequenceStart);
    if (!isSequence(this.#characters.slice(sequenceStart, sequenceEnd))) throw new NotPlain();
    out.all(this.#start);
    const end = this.#members.read(sequenceEnd + envelope.tail.length);
    out.all(envelope.beforeSequence);
    out.copy(this.#body, sequenceStart, sequenceEnd);
    out.all(envelope.afterSequence);
    for (const { name, before } of envelope.keys) {
      out.all(before);
      this.#members.writeKey(name);
    }
    out.all(lineEnd);
    if (this.#characters[end] !== "}") throw new NotPlain();
    return end + 1;
  }

  #envelopeAt(start: number): Envelope {
    const last = this.#last;
    if (last !== undefined && this.#isAt(start, last.head)) {
      if (this.#isAt(this.#endOfDigits(start + last.head.length), last.tail)) return last;
    }
    envelopeForm.lastIndex = start;
    const { client, table, sequence, tail, version, names } =
      envelopeForm.exec(this.#characters)?.groups ?? {};
    if (client !== this.#clientId) throw new NotPlain();
    const utf8 = (latin1: string) => Buffer.from(latin1, "latin1").toString();
    const tailStart = envelopeForm.lastIndex - tail!.length;
    const keyNames = JSON.parse(utf8(names!)) as string[];
    if (utf8(table!).slice(1, -1).trim() === "" || (version !== undefined && !isInt64(new Digits(version))))
      throw new NotPlain();
    const numbers = `","version":${version === undefined ? null : `"${version}"`}`;
    this.#last = {
      head: this.#body.subarray(start, tailStart - sequence!.length),
      tail: this.#body.subarray(tailStart, envelopeForm.lastIndex),
      beforeSequence: Buffer.from(`,"table":${utf8(table!)},"sequence":"`),
      afterSequence: Buffer.from(`${numbers},"key":"${version ?? ""}[`),
      keys: keyNames.map((name, n) => ({
        name: Buffer.from(JSON.stringify(name)),
        before: Buffer.from(`${n > 0 ? "]," : ""}[${escaped(JSON.stringify(name))},`),
      })),
    };
    return this.#last;
  }

  #isAt(start: number, bytes: Uint8Array): boolean {
    return isSame(this.#body, start, start + bytes.length, bytes);
  }

  #endOfDigits(start: number): number {
    let at = start;
    while (this.#body[at]! >= zero && this.#body[at]! <= nine) at++;
    return at;
  }
}
