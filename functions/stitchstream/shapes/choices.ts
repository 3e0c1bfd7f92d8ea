import { hashOf } from "../../values/hash.ts";
import { Kind } from "../../values/visitor.ts";
import type { PieceReader } from "../piece-reader.ts";
import { Misfits } from "./misfits.ts";
import { miss } from "./miss.ts";
import { RecordReader } from "./records.ts";
import type { MapShape, Slot } from "./slot.ts";

/** Returned for a map that does not fit the shape by which it was tried. */
const left = -1;
/** Values that name a choice are short. */
const valueBytesMax = 32;

/** Reads maps of which a schema allows several: by the shape that fitted last, and then by others. */
export abstract class ChoiceReader<Reader extends PieceReader> extends RecordReader<Reader> {
  /** The bytes of maps that were read again by another shape: at most as many as the body has. */
  #rereadBytes = 0;
  /** Where a map was left in the middle. */
  #leftAt = 0;

  /** Reads the map at `at`. Returns its end, or `miss`. */
  protected abstract map(at: number, shape: MapShape, depth: number): number;

  /**
   * Remembers what reading changes in the reader. Returns what restores that, to read a map again; false if
   * it can't be restored.
   */
  protected abstract remember(): () => boolean;

  /** Stops reading a map in the middle. Returns the end that a tried map has then. */
  protected leave(at: number, shape: MapShape): number {
    if (shape.isOpen) this.reader.names.release(shape.mark);
    this.#leftAt = at;
    return left;
  }

  /** Reads the map at `at`, which is a value. Returns its end, or `miss`. */
  protected mapIn(at: number, slot: Slot, depth: number): number {
    const shape = this.shapeOf(slot, at);
    if (shape.alternatives !== undefined && this.conforms) return this.#choice(at, slot, shape, depth);
    const end = this.map(at, shape, depth);
    if (!slot.accepts(Kind.map)) this.checkWhole(Kind.map, at, end, slot);
    return end;
  }

  #choice(at: number, slot: Slot, last: MapShape, depth: number): number {
    const { bytes, dataPoints } = this;
    const restore = this.remember();
    let end = this.#try(at, last, depth, dataPoints);
    if (end !== left) return end;
    const { misfit, misfitStart, misfitEnd } = this;
    const value = hashOf(bytes, misfitStart, Math.min(misfitEnd, misfitStart + valueBytesMax));
    const alternatives = last.alternatives!;
    // The value may be within a choice of its own, which has other alternatives.
    const likely = alternatives[misfit?.misfits?.find(value) ?? 0] ?? last;
    for (let n = -1; n < alternatives.length; n++) {
      const shape = n < 0 ? likely : alternatives[n]!;
      if (shape === last || (n >= 0 && shape === likely)) continue;
      if (this.#rereadBytes > bytes.length) break;
      if (!restore()) return miss;
      end = this.#try(at, shape, depth, dataPoints);
      if (end === left) continue;
      slot.map = shape;
      if (misfit !== undefined && shape !== likely) {
        misfit.misfits ??= new Misfits();
        misfit.misfits.note(value, n);
      }
      return end;
    }
    if (!restore()) return miss;
    this.dataPoints = dataPoints;
    end = this.map(at, last, depth);
    // Evaluating the map alone costs less than evaluating all of the record.
    this.conforms = end !== miss && this.reader.isJson && slot.check!.conformsWhole!(bytes, at, end, true);
    return end;
  }

  /** Reads the map at `at`. Returns `left` if it does not fit the shape. */
  #try(at: number, shape: MapShape, depth: number, dataPoints: number): number {
    const outer = this.tried;
    this.conforms = true;
    this.dataPoints = dataPoints;
    this.tried = shape;
    const end = this.map(at, shape, depth);
    this.tried = outer;
    if (this.conforms || end === miss) return end;
    this.#rereadBytes += (end === left ? this.#leftAt : end) - at;
    return left;
  }
}
