import type { NotAStitchstream } from "../../stitchstream/header.ts";
import { wellFormed } from "../../values/scanner.ts";
import { type ErrorCode, type Fault, PersisterError } from "../errors.ts";
import * as limits from "../limits.ts";

/** The faults of a body, in the order of its lines. */
export class Faults {
  readonly #namedMax: number;
  readonly #named: Fault[] = [];
  readonly #codes = new Set<ErrorCode>();
  #total = 0;
  #largestBookmarkBytes = 0;

  constructor(namedMax: number) {
    this.#namedMax = namedMax;
  }

  /** Enough faults are counted; reading further helps nobody. */
  get isFull(): boolean {
    return this.#total >= limits.faultsCountedMax;
  }

  /** Adds a fault. Returns false once the list is full. */
  add(code: ErrorCode, fault: Fault): boolean {
    if (this.isFull) return false;
    this.#codes.add(code);
    if (this.#named.length < this.#namedMax) this.#named.push(bounded(fault));
    this.#total++;
    return !this.isFull;
  }

  addLargeBookmark(line: number, bytes: number): void {
    this.#largestBookmarkBytes = Math.max(this.#largestBookmarkBytes, bytes);
    this.add("bookmark-too-large", {
      line,
      message: `a bookmark of ${bytes} bytes, more than ${limits.bookmarkBytesMax}`,
    });
  }

  throwIfAny(): void {
    if (this.#total === 0) return;
    const code = (["malformed", "bookmark-too-large", "invalid-records"] as const).find(each =>
      this.#codes.has(each),
    )!;
    const first = this.#named[0]!;
    const rest =
      this.#total === 1
        ? ""
        : ` There are ${this.#total} faults; \`errors\` names the first ${this.#named.length}.`;
    throw new PersisterError(code, `Nothing was forwarded: ${faultText(first)}.${rest}`, {
      faults: this.#named,
      faultsTotal: this.#total,
      ...(code === "bookmark-too-large"
        ? { limit: limits.bookmarkBytesMax, actual: this.#largestBookmarkBytes }
        : {}),
    });
  }
}

/** Returns the error for a body with an invalid header. It is the only fault: nothing after it is read. */
export const headerFault = (cause: NotAStitchstream): PersisterError => {
  const { line, message } = cause;
  return new PersisterError("not-a-stitchstream", `Line ${line}: ${message}.`, {
    faults: [{ line, message }],
    faultsTotal: 1,
    cause,
  });
};

const bounded = ({ line, stream, field, message }: Fault): Fault => ({
  line,
  ...(stream !== undefined && { stream: cut(stream, limits.faultNameCharsMax) }),
  ...(field !== undefined && { field: cut(field, limits.faultNameCharsMax) }),
  message: cut(message, limits.faultCharsMax),
});

const cut = (text: string, charsMax: number) => wellFormed(text.slice(0, charsMax));

/** Formats a fault as `line 17, stream "orders", field "id": …`; `line` replaces the words for its line. */
export function faultText(
  { line: number, stream, field, message }: Fault,
  line: string = `line ${number}`,
): string {
  const named = [
    line,
    stream && `stream ${JSON.stringify(stream)}`,
    field && `field ${JSON.stringify(field)}`,
  ];
  return [named.filter(Boolean).join(", "), message].filter(Boolean).join(": ");
}
