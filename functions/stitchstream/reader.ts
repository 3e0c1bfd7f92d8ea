import { newline } from "../values/bytes.ts";
import { Members } from "../values/members.ts";
import { isNumberStart, Malformed, stringOf, TextScanner, Uncarriable } from "../values/scanner.ts";
import { Splices } from "../values/splices.ts";
import { Kind, type Visitor } from "../values/visitor.ts";
import { type EnvelopeName, emptyEnvelope, envelopeName, envelopeNames } from "./envelope.ts";
import { OpenNames } from "./names.ts";
import { rootShape } from "./shape.ts";
import type { ValueLimits } from "./value-limits.ts";

/** A message's map is at depth 1; a value read for itself begins deeper, so that its names are no envelope's. */
export const envelopeDepth = 1;
const nowhere = -1;

/**
 * Reads one message's line, in one pass that checks everything and builds nothing: afterwards the envelope's fields,
 * the record's members and the key fields are known as places in the body. Subclasses know JSON's and transit's values.
 */
export abstract class ValueReader extends TextScanner {
  readonly envelope = emptyEnvelope();
  readonly recordMembers = new Members();
  readonly keyFields = new Members();
  /** The record's values of its table's keys, in the keys' order; only their kinds and content. */
  readonly keyValues = new Members();
  /** The text of the field read last, or settled on, means the same without the line around it. */
  standsAlone = true;
  /** Where it does not, putting what its cache codes stand for in their places is enough. */
  spliceable = true;
  /** The record's cache codes. */
  readonly splices = new Splices();
  /** At most so many bytes longer than its text is the field when it is written anew. */
  growth = 0;
  /** Where the line that was begun last begins. */
  lineStart = nowhere;
  /** Follows the values that are read. */
  visitor: Visitor | undefined;

  protected readonly names: OpenNames;
  protected readonly limits: ValueLimits;
  /** Inside a record names must be columns' names, and every number must have a JSON form. */
  protected inRecord = false;
  /** The content of the scalar read last. */
  protected contentStart = 0;
  protected contentEnd = 0;
  protected dataPoints = 0;
  /** The record's field that was begun last. */
  #fieldStart = nowhere;
  #fieldEnd = nowhere;
  /** Where the value that is read next stands: its shape is that place's. */
  protected outer = rootShape();
  protected outerIndex = 0;
  readonly #root = this.outer;
  /** Of all lines so far. */
  #expansion = 0;
  #log: Members | undefined;
  #logDepth = nowhere;

  constructor(bytes: Uint8Array, limits: ValueLimits) {
    super(bytes);
    this.limits = limits;
    this.names = new OpenNames(bytes);
  }

  /** What is read is JSON, so that a value's own text is its JSON text. */
  abstract readonly isJson: boolean;

  /** Reads a number, which begins at `start`. */
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

  /** Reads a value whose containers are at `depth`, and resolves to its kind. */
  protected abstract readValue(depth: number): Kind;
  /** Reads the map that a message is; throws where the line holds something else. */
  protected abstract readMessageMap(): void;

  /** Reads the line that begins at `position`, to the byte behind its newline. */
  readMessage(position: number): void {
    this.#start(position);
    for (const name of envelopeNames) this.envelope[name].present = false;
    this.recordMembers.clear();
    this.splices.clear();
    this.keyFields.clear();
    this.readMessageMap();
    this.#endLine("more follows after the message: one message a line");
  }

  /** The field of the record in which reading stopped. */
  faultyField(): string | undefined {
    if (!this.inRecord || this.#fieldStart === nowhere) return undefined;
    return stringOf(this.bytes, this.#fieldStart, this.#fieldEnd);
  }

  /** Reads a value that stands for itself, such as a bookmark's, from `position` to its newline. */
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

  /** Reads the line at `position` once more, and lets `visitor` see only the envelope's field `name`. */
  readField(position: number, name: EnvelopeName, visitor: Visitor): void {
    this.#shown = { name, visitor };
    // What its codes stand for was counted when it was read first.
    const counted = this.#expansion;
    this.#expansion = 0;
    try {
      this.readMessage(position);
    } finally {
      this.#shown = undefined;
      this.#expansion = counted;
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
    this.outer = this.#root;
    this.outerIndex = 0;
    this.resetLine();
  }

  /** Nothing that a line defines survives it. */
  protected abstract resetLine(): void;

  /** Cache codes stand for `bytes`, which whoever compares or writes them takes time for: says whether the body's may. */
  expand(bytes: number): boolean {
    this.growth += bytes;
    this.#expansion += bytes;
    return this.#expansion <= this.limits.expansionBytesMax;
  }

  /** Reads the value of a map's member: the envelope's are noted. */
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

  /** What is expected of the value at `depth` stands one deeper: it is quoted. */
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
    const name = this.#fieldAt(nameStart, nameEnd);
    this.skipSpace();
    const start = this.position;
    this.standsAlone = this.spliceable = true;
    this.growth = 0;
    if (name === "record") this.#watch(this.recordMembers, true);
    else if (name === "key_fields") this.#watch(this.keyFields, false);
    if (name !== null && name === this.#shown?.name) this.visitor = this.#shown.visitor;
    const kind = this.readValue(envelopeDepth + 1);
    this.visitor = undefined;
    this.inRecord = false;
    this.#logDepth = nowhere;
    if (name === null) return;
    const field = this.envelope[name];
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

  /** The envelope's field at this place: the last line's, where the name came as foreseen. */
  #fieldAt(nameStart: number, nameEnd: number): EnvelopeName | null {
    const { outer, outerIndex } = this;
    const known = outer.field(outerIndex);
    if (known !== undefined) return known;
    const name = envelopeName(this.bytes, nameStart, nameEnd);
    outer.noteField(outerIndex, name);
    return name;
  }

  #watch(log: Members, isRecord: boolean): void {
    this.#log = log;
    this.#logDepth = envelopeDepth + 1;
    this.inRecord = isRecord;
    this.#fieldStart = nowhere;
    this.dataPoints = 0;
  }
}
