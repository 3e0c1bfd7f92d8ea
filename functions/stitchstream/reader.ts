import { newline } from "../values/bytes.ts";
import { IntTuples } from "../values/int-tuples.ts";
import { Members } from "../values/members.ts";
import { isNumberStart, Malformed, stringOf, TextScanner, Uncarriable } from "../values/scanner.ts";
import { Splices } from "../values/splices.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { type EnvelopeName, emptyEnvelope, envelopeIndex, envelopeNames } from "./envelope.ts";
import { OpenNames } from "./names.ts";
import type { RecordSource } from "./record-source.ts";
import type { ValueLimits } from "./value-limits.ts";

/**
 * A message's map is at depth 1. A value that is read alone begins deeper: its names are not the envelope's.
 */
export const envelopeDepth = 1;
const nowhere = -1;

/**
 * Reads one message's line in one pass that checks everything and allocates nothing. Afterwards all fields
 * are known as offsets in the body. Public fields are valid until the next line, unless they say otherwise.
 */
export abstract class ValueReader extends TextScanner {
  readonly envelope = emptyEnvelope();
  readonly #fields = envelopeNames.map(name => this.envelope[name]);
  readonly recordMembers = new Members();
  readonly keyFields = new Members();
  /** The values of the envelope's members that the format does not define: pairs of start and end. */
  readonly otherValues = new IntTuples(2);
  /** The kinds and contents of the key values, in the keys' order. Set by `findKeyValues`. */
  readonly keyValues = new Members();
  /** Whether the record was read by a shape, which has found each key's value and no fault in it. */
  hasValidKeys = false;
  /** Whether the text of the field that was read last, or passed to `selectField`, is self-contained. */
  standsAlone = true;
  /** If it is not: whether replacing its cache codes by their meanings is enough. Set with `standsAlone`. */
  spliceable = true;
  /** The record's cache codes. Set while the record is read, or by shapes. */
  readonly splices = new Splices();
  /** The most bytes that making the field self-contained adds to its text. Set with `standsAlone`. */
  growth = 0;
  /** Whether the table's check has accepted the record. Set by `decode`, with the record. */
  conforms = false;
  /** The expanded size of the cache codes of all lines so far. Restored before a line is read again. */
  expansion = 0;
  /** The start of the current line. */
  lineStart = nowhere;
  /** Follows the values that are read. Set by `readAlone` and `readField`, until they return. */
  visitor: Visitor | undefined;
  /** Reads the lines' records. Set by shapes while they read a line with the scan. */
  records: RecordSource | undefined;

  /** The names of the maps that are being read. */
  readonly names: OpenNames;
  protected readonly limits: ValueLimits;
  /** In a record names must be columns' names, and numbers must have a JSON form. */
  protected inRecord = false;
  /** The content of the last scalar. Set by `readValue`, valid until its next call. */
  protected contentStart = 0;
  protected contentEnd = 0;
  protected dataPoints = 0;
  /** The name of the record's field that was begun last; for `faultyField`. */
  #fieldStart = nowhere;
  #fieldEnd = nowhere;
  #log: Members | undefined;
  #logDepth = nowhere;

  constructor(bytes: Uint8Array, limits: ValueLimits) {
    super(bytes);
    this.limits = limits;
    this.names = new OpenNames(bytes);
  }

  /** Whether the body is JSON, so that a value's text is its JSON text. */
  abstract readonly isJson: boolean;

  /** Reads the number that begins at `start`. */
  protected abstract readNumber(start: number): Kind;

  /** Reads true, false, null or a number. */
  protected readLiteral(start: number): Kind {
    switch (this.peek()) {
      case 0x74: // t
      case 0x66: // f
        this.skipWord(this.peek() === 0x74 ? "true" : "false");
        return this.scalar(Kind.boolean, start, this.position);
      case 0x6e: // n
        this.skipWord("null");
        return this.scalar(Kind.null, start, this.position);
      default:
        if (isNumberStart(this.peek())) return this.readNumber(start);
        throw this.unexpected("a value");
    }
  }

  /** Reads a value whose containers are at `depth`. Returns its kind. */
  protected abstract readValue(depth: number): Kind;
  /** Reads a message's map. Throws if the line is anything else. */
  protected abstract readMessageMap(): void;

  /** Reads the line that begins at `position`, up to and including its newline. */
  readMessage(position: number): void {
    this.#start(position);
    for (const field of this.#fields) field.present = false;
    this.recordMembers.clear();
    this.splices.clear();
    this.keyFields.clear();
    this.otherValues.clear();
    this.readMessageMap();
    this.#endLine("more follows after the message: one message a line");
  }

  /** Returns the field of the record in which reading stopped. */
  faultyField(): string | undefined {
    if (!this.inRecord || this.#fieldStart === nowhere) return undefined;
    return stringOf(this.bytes, this.#fieldStart, this.#fieldEnd);
  }

  /** Reads a self-contained value, such as a stored bookmark, from `position` to its newline. */
  readAlone(position: number, visitor: Visitor): void {
    this.#start(position);
    this.visitor = visitor;
    this.readValue(envelopeDepth + 1);
    this.#endLine("more follows after the value");
  }

  #endLine(otherwise: string): void {
    this.skipSpace();
    if (this.peek() !== newline) throw new Malformed(otherwise, this.position);
    this.position++;
  }

  /** Reads the line at `position` again. `visitor` sees only the envelope's field `name`. */
  readField(position: number, name: EnvelopeName, visitor: Visitor): void {
    this.#shown = { name, visitor };
    // The expansion of its codes was counted in the first reading.
    const counted = this.expansion;
    this.expansion = 0;
    try {
      this.readMessage(position);
    } finally {
      this.#shown = undefined;
      this.expansion = counted;
    }
  }
  #shown: { readonly name: EnvelopeName; readonly visitor: Visitor } | undefined;

  #start(position: number): void {
    this.lineStart = position;
    this.position = position;
    this.growth = 0;
    this.visitor = undefined;
    this.inRecord = false;
    this.#logDepth = nowhere;
    this.names.clear();
    this.resetLine();
  }

  /** Forgets what the last line defined. */
  protected abstract resetLine(): void;

  /**
   * Counts the expansion of a cache code, which takes time to compare and write. Returns false beyond the
   * limit.
   */
  expand(bytes: number): boolean {
    this.growth += bytes;
    this.expansion += bytes;
    return this.expansion <= this.limits.expansionBytesMax;
  }

  /** Reads the value of a map's member and notes it if it is the envelope's. */
  protected readMember(depth: number, nameStart: number, nameEnd: number): void {
    if (depth === envelopeDepth) return this.#readEnvelopeMember(nameStart, nameEnd);
    if (depth === this.#logDepth) {
      this.#fieldStart = nameStart;
      this.#fieldEnd = nameEnd;
    }
    const kind = this.readValue(depth + 1);
    if (depth === this.#logDepth)
      this.#log!.push(nameStart, nameEnd, kind, this.contentStart, this.contentEnd);
  }

  protected readElement(depth: number): void {
    this.logElement(depth, this.readValue(depth + 1));
  }

  /** The value at `depth` is quoted, so its members are one level deeper. */
  protected expectWithin(depth: number): void {
    if (depth === this.#logDepth) this.#logDepth++;
  }

  protected logElement(depth: number, kind: Kind): void {
    if (depth === this.#logDepth) this.#log!.push(0, 0, kind, this.contentStart, this.contentEnd);
  }

  protected scalar(kind: Kind, start: number, end: number): Kind {
    this.contentStart = start;
    this.contentEnd = end;
    this.countDataPoint();
    if (this.visitor !== undefined) this.visitor.scalar(kind, this.bytes, start, end);
    return kind;
  }

  protected countDataPoint(): void {
    if (++this.dataPoints > this.limits.dataPointsMax && this.inRecord) {
      throw new Uncarriable(
        `a record of more than ${this.limits.dataPointsMax} values: split it into several records`,
        this.position,
      );
    }
  }

  #readEnvelopeMember(nameStart: number, nameEnd: number): void {
    const index = envelopeIndex(this.bytes, nameStart, nameEnd);
    const name = envelopeNames[index];
    this.skipSpace();
    const start = this.position;
    this.standsAlone = this.spliceable = true;
    this.growth = 0;
    if (name === "record") this.#watch(this.recordMembers, true);
    else if (name === "key_fields") this.#watch(this.keyFields, false);
    if (name !== undefined && name === this.#shown?.name) this.visitor = this.#shown.visitor;
    const isRead = name === "record" && this.records?.readRecord();
    const kind = isRead ? Kind.map : this.readValue(envelopeDepth + 1);
    this.visitor = undefined;
    this.inRecord = false;
    this.#logDepth = nowhere;
    if (name === undefined) return this.otherValues.addPair(start, this.position);
    const field = this.#fields[index]!;
    field.present = true;
    field.kind = kind;
    field.textStart = start;
    field.textEnd = this.position;
    field.contentStart = this.contentStart;
    field.contentEnd = this.contentEnd;
    field.standsAlone = this.standsAlone;
    field.spliceable = this.spliceable;
    field.growth = this.growth;
  }

  #watch(log: Members, isRecord: boolean): void {
    this.#log = log;
    this.#logDepth = envelopeDepth + 1;
    this.inRecord = isRecord;
    this.#fieldStart = nowhere;
    this.dataPoints = 0;
  }
}
