import { stringOf } from "../../values/scanner.ts";

/** A name in the body: its raw content, and where its text begins, after any transit tag. */
export interface Name {
  readonly start: number;
  readonly end: number;
  readonly textStart: number;
  readonly hash: number;
  /** Whether it enters transit's cache. */
  readonly isCached?: boolean;
}

/** Looks up a table's columns. */
export interface Columns {
  /** Returns whether `bytes[start, end)`, without escapes or a tag, names a key. */
  isKey(bytes: Uint8Array, start: number, end: number): boolean;
  isKeyText(name: string): boolean;
  /** Returns whether a column may have this name. */
  canHave(name: string): boolean;
}

/** Returns the text of a name, without the tag of a transit keyword or symbol, or the `~` of an escape. */
export const textOf = (bytes: Uint8Array, start: number, end: number) =>
  stringOf(bytes, start, end).replace(/^~[:$~^`]/, tag => (/[~^`]$/.test(tag) ? tag.slice(1) : ""));
