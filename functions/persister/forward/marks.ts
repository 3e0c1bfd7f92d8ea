import { bookmarkAt } from "../body/bookmark.ts";
import type { Activation, Contents } from "../body/contents.ts";
import type { PlacedBookmark } from "../store.ts";

type Mark = { readonly bookmark: () => PlacedBookmark } | { readonly activation: Activation };

/** Iterates over the bookmarks and activations between a delivery's records, in order. */
export class Marks {
  /** The number of records at the beginning that were accepted before. */
  readonly acceptedRecords: number;
  /** The number of records before the next bookmark or activation; all of them if no such message follows. */
  at: number;
  readonly #contents: Contents;
  #bookmark: number;
  #activation: number;

  /** `acceptedCount` of the delivery's records and activations were accepted, up to a committed bookmark. */
  constructor(contents: Contents, acceptedCount: number) {
    const { activations, bookmarks } = contents;
    this.#contents = contents;
    this.#activation = activations.filter(({ recordsBefore }, n) => recordsBefore + n < acceptedCount).length;
    this.#bookmark =
      acceptedCount === 0
        ? 0
        : bookmarks.filter(place => place.recordsBefore + place.activationsBefore <= acceptedCount).length;
    this.acceptedRecords = acceptedCount - this.#activation;
    this.at = this.#placeOfNext();
  }

  #placeOfNext(): number {
    const { bookmarks, activations, records } = this.#contents;
    const bookmark = bookmarks[this.#bookmark]?.recordsBefore ?? records;
    return Math.min(bookmark, activations[this.#activation]?.recordsBefore ?? records);
  }

  /** Returns the next bookmark or activation after `records` records; undefined if a record comes first. */
  next(records: number): Mark | undefined {
    const mark = this.#take(records);
    this.at = this.#placeOfNext();
    return mark;
  }

  #take(records: number): Mark | undefined {
    const contents = this.#contents;
    const place = contents.bookmarks[this.#bookmark];
    if (place?.recordsBefore === records && place.activationsBefore <= this.#activation) {
      this.#bookmark++;
      const acceptedCount = place.recordsBefore + place.activationsBefore;
      const { isEmptyState } = place;
      return { bookmark: () => ({ ...bookmarkAt(contents, place), acceptedCount, isEmptyState }) };
    }
    const activation = contents.activations[this.#activation];
    if (activation?.recordsBefore !== records) return undefined;
    this.#activation++;
    return { activation };
  }
}
