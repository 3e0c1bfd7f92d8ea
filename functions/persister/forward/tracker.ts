import type { Accepted } from "../ports.ts";
import type { PlacedBookmark, SafeBookmark } from "../store.ts";

declare const ticket: unique symbol;
/** A batch's place in the delivery's order: what must be accepted before later bookmarks are safe. The tracker's alone. */
export interface Ticket {
  readonly [ticket]: true;
}

interface BatchNode {
  accepted: boolean;
  next: BatchNode | undefined;
  /** The last bookmark that stands behind this batch's first record and before the next batch's. */
  bookmark: (() => PlacedBookmark) | undefined;
}

/**
 * Which bookmark is safe: batches are accepted in any order, bookmarks become safe in theirs. A bookmark is safe once
 * every batch that was opened before it is accepted.
 */
export class Tracker {
  /** Everything up to here is accepted. */
  #accepted: BatchNode = { accepted: true, next: undefined, bookmark: undefined };
  #last = this.#accepted;
  #safe: (() => PlacedBookmark) | undefined;

  /** Opens a batch, at its first record. */
  open(): Ticket {
    const node: BatchNode = { accepted: false, next: undefined, bookmark: undefined };
    this.#last.next = node;
    this.#last = node;
    return node as unknown as Ticket;
  }

  /** A bookmark stands here: `read` gives its value when it is wanted. */
  bookmark(read: () => PlacedBookmark): void {
    if (this.#last === this.#accepted) this.#safe = read;
    else this.#last.bookmark = read;
  }

  /** The batch's records are accepted, all of them. Only `forward` can say so. */
  accept(ticket: Ticket, _proof: Accepted): void {
    (ticket as unknown as BatchNode).accepted = true;
    while (this.#accepted.next?.accepted === true) {
      this.#accepted = this.#accepted.next;
      this.#safe = this.#accepted.bookmark ?? this.#safe;
    }
  }

  /** The last bookmark whose every earlier record is accepted. */
  safe(): SafeBookmark | undefined {
    return this.#safe?.() as SafeBookmark | undefined;
  }
}
