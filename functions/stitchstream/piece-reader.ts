import { isBlank, openBrace, openBracket } from "../values/bytes.ts";
import { Malformed } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import { envelopeDepth, ValueReader } from "./reader.ts";

/** Reads a line's values one by one, for one who knows where they stand. */
export abstract class PieceReader extends ValueReader {
  /** Begins the line at `position`, as a record's. */
  beginPieces(position: number): void {
    this.lineStart = position;
    this.visitor = undefined;
    this.growth = 0;
    this.inRecord = true;
    this.dataPoints = 0;
    this.standsAlone = this.spliceable = true;
    this.splices.clear();
    this.keyValues.clear();
  }

  /** Reads the scalar at `position`; `Kind.absent`, nothing read, where something else stands. */
  readPiece(position: number): Kind {
    this.position = position;
    const first = this.peek();
    if (first === openBrace || first === openBracket || isBlank(first)) return Kind.absent;
    return this.readValue(envelopeDepth + 1);
  }

  protected checkDepth(depth: number): void {
    if (depth > this.limits.depthMax) {
      throw new Malformed(`nested deeper than ${this.limits.depthMax}: flatten it`, this.position);
    }
  }

  /** Where the content of what was read last begins. */
  get pieceStart(): number {
    return this.contentStart;
  }

  get pieceEnd(): number {
    return this.contentEnd;
  }
}
