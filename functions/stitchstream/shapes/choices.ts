import { hashOf } from "../../values/hash.ts";
import { Kind } from "../../values/visitor.ts";
import type { PieceReader } from "../piece-reader.ts";
import { Misfits } from "./misfits.ts";
import { miss } from "./miss.ts";
import { RecordReader } from "./records.ts";
import type { MapShape, Slot } from "./slot.ts";

/** Returned for a map that does not fit the shape by which it was tried. */
const unfit = -1;
/** A value that names a choice is short: only its first bytes are hashed. */
const valueBytesMax = 32;

/** Reads maps of which a schema allows several: by the shape that fitted last, and then by others. */
export abstract class ChoiceReader<Reader extends PieceReader> extends RecordReader<Reader> {
  /** The bytes of maps that were read in vain. Once the body has no more, maps are read only once. */
  #vainBytes = 0;
  /** Where the reading of a map was given up. */
  #givenUpAt = 0;

  /** Reads the map at `at`. Returns its end, or `miss`. */
  protected abstract map(at: number, shape: MapShape, depth: number): number;

  /**
   * Remembers what reading changes in the reader. Returns what restores that, to read a map again; false if
   * it can't be restored.
   */
  protected abstract remember(): () => boolean;

  /** Gives up reading a map that is tried. Returns what its reading returns then. */
  protected giveUp(at: number, shape: MapShape): number {
    if (shape.isOpen) this.reader.names.release(shape.mark);
    this.#givenUpAt = at;
    return unfit;
  }

  /** Reads the map at `at`, which is a value. Returns its end, or `miss`. */
  protected mapIn(at: number, slot: Slot, depth: number): number {
    const shape = this.shapeOf(slot, at);
    const isChoice = shape.alternatives !== undefined && this.conforms;
    if (isChoice && this.#vainBytes <= this.bytes.length) return this.#choice(at, slot, shape, depth);
    const end = this.map(at, shape, depth);
    if (!slot.accepts(Kind.map)) this.checkWhole(Kind.map, at, end, slot);
    return end;
  }

  #choice(at: number, slot: Slot, last: MapShape, depth: number): number {
    const { bytes, dataPoints } = this;
    const restore = this.remember();
    let end = this.#try(at, last, depth);
    if (end !== unfit) return end;
    const { misfit, misfitStart, misfitEnd } = this;
    const value = hashOf(bytes, misfitStart, Math.min(misfitEnd, misfitStart + valueBytesMax));
    const alternatives = last.alternatives!;
    // The value may be within a choice of its own, which has other alternatives.
    const likely = alternatives[misfit?.misfits?.find(value) ?? 0] ?? last;
    const readAgain = (shape: MapShape) => {
      if (!restore()) return miss;
      this.dataPoints = dataPoints;
      return this.#try(at, shape, depth);
    };
    if (likely !== last) end = readAgain(likely);
    let shape = likely;
    for (let n = 0; end === unfit && n < alternatives.length; n++) {
      shape = alternatives[n]!;
      if (shape !== last && shape !== likely) end = readAgain(shape);
    }
    if (end === unfit) {
      if (!restore()) return miss;
      this.dataPoints = dataPoints;
      return this.#whole(at, slot, last, depth);
    }
    slot.map = shape;
    if (misfit !== undefined && shape !== likely) {
      misfit.misfits ??= new Misfits();
      misfit.misfits.note(value, alternatives.indexOf(shape));
    }
    return end;
  }

  /** Reads the map at `at`. Returns `unfit` if it does not fit the shape. */
  #try(at: number, shape: MapShape, depth: number): number {
    const outer = this.tried;
    this.conforms = true;
    this.misfit = undefined;
    this.tried = shape;
    const end = this.map(at, shape, depth);
    this.tried = outer;
    if (this.conforms || end === miss) return end;
    this.#vainBytes += (end === unfit ? this.#givenUpAt : end) - at;
    return unfit;
  }

  /** Reads the map at `at`, which fits no shape: evaluating it costs less than evaluating the record. */
  #whole(at: number, slot: Slot, shape: MapShape, depth: number): number {
    const { isJson } = this.reader;
    const end = this.map(at, shape, depth);
    if (end === miss) return miss;
    this.#vainBytes += end - at;
    this.conforms = true;
    if (!isJson || !slot.check!.conformsWhole!(this.bytes, at, end, isJson)) this.refuse(slot, at, at);
    return end;
  }
}
