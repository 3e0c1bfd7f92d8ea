/** The columns of some of a request's rows: their names, and for each the kind of its cell. */
export interface Shape {
  readonly table: string;
  readonly names: readonly string[];
  /** A letter of columns.ts for each name, and `-` for null. */
  readonly kinds: string;
}

const nullKind = "-";
export const kindOf = (cell: string | null) => cell?.[0] ?? nullKind;

/** The different shapes of a request's rows, in the order in which they were first seen. */
export class Shapes {
  readonly #found = new Map<string, Shape>();
  #last: Shape | undefined;

  add(shape: Shape): void {
    if (isEqual(shape, this.#last)) return;
    this.#last = shape;
    const key = JSON.stringify(shape);
    if (!this.#found.has(key)) this.#found.set(key, shape);
  }

  all(): readonly Shape[] {
    return [...this.#found.values()];
  }
}

const isEqual = (one: Shape, other: Shape | undefined) =>
  one.kinds === other?.kinds &&
  one.table === other.table &&
  one.names.every((name, i) => name === other.names[i]);
