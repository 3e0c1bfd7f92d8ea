import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from "../../values/bytes.ts";
import { Malformed } from "../../values/scanner.ts";
import { Kind } from "../../values/visitor.ts";
import { PieceReader } from "../piece-reader.ts";

/** Reads JSON messages: RFC 8259, without duplicate names in a map. */
export class JsonReader extends PieceReader {
  override readonly isJson = true;

  protected override resetLine(): void {}

  protected override onHalfPair(): void {}

  protected override readMessageMap(): void {
    this.skipSpace();
    if (this.peek() !== openBrace) throw new Malformed("a message is a JSON object, `{…}`", this.position);
    this.#readMap(1);
  }

  protected override readValue(depth: number): Kind {
    this.skipSpace();
    const start = this.position;
    switch (this.peek()) {
      case quote:
        this.skipString();
        return this.scalar(Kind.text, start + 1, this.position - 1);
      case openBrace:
        return this.#readMap(depth);
      case openBracket:
        return this.#readArray(depth);
      default:
        return this.readLiteral(start);
    }
  }

  protected override readNumber(start: number): Kind {
    this.skipNumber();
    return this.scalar(this.integral ? Kind.integer : Kind.double, start, this.position);
  }

  /** object = "{" [ member *( "," member ) ] "}", member = string ":" value */
  #readMap(depth: number): Kind {
    this.checkDepth(depth);
    const mark = this.names.mark();
    this.visitor?.open(Kind.map);
    this.position++;
    if (!this.take(closeBrace)) {
      do {
        this.skipSpace();
        if (this.peek() !== quote) throw this.unexpected("a name in quotes");
        const start = this.position + 1;
        this.skipString();
        const end = this.position - 1;
        this.names.add(mark, start, end, start);
        this.visitor?.key(Kind.text, this.bytes, start, end);
        this.expect(colon, "`:`");
        this.readMember(depth, start, end);
      } while (this.take(comma));
      this.expect(closeBrace, "`,` or `}`");
    }
    this.names.release(mark);
    this.visitor?.close(Kind.map);
    return Kind.map;
  }

  /** array = "[" [ value *( "," value ) ] "]" */
  #readArray(depth: number): Kind {
    this.checkDepth(depth);
    this.visitor?.open(Kind.array);
    this.position++;
    if (!this.take(closeBracket)) {
      do this.readElement(depth);
      while (this.take(comma));
      this.expect(closeBracket, "`,` or `]`");
    }
    this.visitor?.close(Kind.array);
    return Kind.array;
  }
}
