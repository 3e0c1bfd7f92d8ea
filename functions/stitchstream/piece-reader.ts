import { isBlank, openBrace, openBracket } from "../values/bytes.ts";
import { Malformed } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import { envelopeDepth, ValueReader } from "./reader.ts";

/** Reads single values of a line, at positions that shapes know. */
export abstract class PieceReader extends ValueReader {
  /** Starts reading a record's line at `position`. */
  beginPieces(position: number): void {
    this.lineStart = position;
    this.visitor = undefined;
    this.growth = 0;
    this.inRecord = true;
    this.dataPoints = 0;
    this.standsAlone = this.spliceable = true;
    this.names.clear();
    this.splices.clear();
  }

  /** Reads the scalar at `position`. Returns `Kind.absent` and reads nothing if there is something else. */
  readPiece(position: number): Kind {
    this.position = position;
    const first = this.peek();
    if (first === openBrace || first === openBracket || isBlank(first)) return Kind.absent;
    return this.readValue(envelopeDepth + 1);
  }

  /** Reads the value at `position`, of any kind. */
  readWhole(position: number): void {
    this.position = position;
    this.readValue(envelopeDepth + 1);
  }

  protected checkDepth(depth: number): void {
    if (depth > this.limits.depthMax) {
      throw new Malformed(`nested deeper than ${this.limits.depthMax}: flatten it`, this.position);
    }
  }

  /** The start of the content of the scalar that was read last. */
  get pieceStart(): number {
    return this.contentStart;
  }

  /** How many scalars have been read since `beginPieces`. */
  get pieces(): number {
    return this.dataPoints;
  }

  get pieceEnd(): number {
    return this.contentEnd;
  }
}
