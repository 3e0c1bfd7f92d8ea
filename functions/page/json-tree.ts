/**
 * JSON as a tree that keeps each value's own text. `JSON.parse` would round numbers and reorder members, and
 * a bookmark is an opaque value that may not change by a digit.
 */
export type JsonTree = Place &
  (
    | { readonly kind: "scalar" }
    | { readonly kind: "array"; readonly items: readonly JsonTree[] }
    | { readonly kind: "object"; readonly members: readonly Member[] }
  );

interface Place {
  readonly text: string;
  /** Where the value begins in the whole text. */
  readonly start: number;
}

export interface Member {
  /** The name as it is written, with its quotes. */
  readonly name: string;
  readonly value: JsonTree;
}

const blank = /[ \t\n\r]*/y;
const string = /"(?:[^"\\]|\\.)*"/y;
const literal = /[-+.\w]+/y;

/** Parses the text of one valid JSON value. Throws SyntaxError for any other text. */
export function parseTree(text: string): JsonTree {
  const reader = new Reader(text);
  const tree = reader.value();
  reader.end();
  return tree;
}

/** Returns the value of an object's member; undefined if the object lacks it. */
export const memberOf = (tree: JsonTree | undefined, name: string): JsonTree | undefined =>
  tree?.kind === "object" ? tree.members.find(each => each.name === JSON.stringify(name))?.value : undefined;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonTree {
    this.#take(blank);
    const from = this.#at;
    const first = this.#text[from];
    if (first === "[") {
      const items = this.#list("]", () => this.value());
      return { kind: "array", start: from, text: this.#text.slice(from, this.#at), items };
    }
    if (first === "{") {
      const members = this.#list("}", () => this.#member());
      return { kind: "object", start: from, text: this.#text.slice(from, this.#at), members };
    }
    return { kind: "scalar", start: from, text: this.#require(first === '"' ? string : literal) };
  }

  end(): void {
    this.#take(blank);
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #member(): Member {
    this.#take(blank);
    const name = this.#require(string);
    this.#take(blank);
    this.#mark(":");
    return { name, value: this.value() };
  }

  #list<T>(close: string, item: () => T): readonly T[] {
    this.#at++;
    const items: T[] = [];
    this.#take(blank);
    if (this.#text[this.#at] !== close) {
      do {
        items.push(item());
        this.#take(blank);
      } while (this.#isMark(","));
    }
    this.#mark(close);
    return items;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [""];
    this.#at += found.length;
    return found;
  }

  #require(pattern: RegExp): string {
    const found = this.#take(pattern);
    if (found === "") throw this.#unexpected();
    return found;
  }

  #isMark(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #mark(mark: string): void {
    if (!this.#isMark(mark)) throw this.#unexpected();
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`Unexpected text at character ${this.#at}.`);
  }
}
