import type { PlacedBookmark, SafeBookmark } from "../store.ts";

declare const ticket: unique symbol;
/** A batch's position in the delivery. Opaque: only the tracker makes and reads one. */
export interface Ticket {
  readonly [ticket]: true;
}

interface BatchNode {
  accepted: boolean;
  next: BatchNode | undefined;
  /** The last bookmark after this batch's first record and before the next batch's. */
  bookmark: (() => PlacedBookmark) | undefined;
}

/** The part of a tracker that cutting a body into batches needs. */
export type Registrar = Pick<Tracker, "open" | "bookmark">;

/**
 * Tracks which bookmark is safe to commit. Batches are accepted in any order; bookmarks become safe in the
 * body's order. A bookmark is safe once every batch that was opened before it is accepted. Only `forward`
 * makes trackers and accepts batches, so a SafeBookmark is proof that its records were accepted.
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

  /** Adds a bookmark after the batches opened so far. `read` returns its value when it is needed. */
  bookmark(read: () => PlacedBookmark): void {
    if (this.#last === this.#accepted) this.#safe = read;
    else this.#last.bookmark = read;
  }

  /** Marks all records of a batch as accepted. */
  accept(ticket: Ticket): void {
    (ticket as unknown as BatchNode).accepted = true;
    while (this.#accepted.next?.accepted === true) {
      this.#accepted = this.#accepted.next;
      this.#safe = this.#accepted.bookmark ?? this.#safe;
    }
  }

  /** Returns the last safe bookmark. */
  safe(): SafeBookmark | undefined {
    return this.#safe?.() as SafeBookmark | undefined;
  }
}
