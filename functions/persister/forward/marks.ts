import { bookmarkAt } from "../body/bookmark.ts";
import type { Activation, Contents } from "../body/contents.ts";
import type { PlacedBookmark } from "../store.ts";

type Mark = { readonly bookmark: () => PlacedBookmark } | { readonly activation: Activation };

/** What stands between a delivery's records, in its order: bookmarks and activations. */
export class Marks {
  /** The first records were accepted before. */
  readonly settledRecords: number;
  readonly #contents: Contents;
  #bookmark: number;
  #activation: number;

  /** `settled` of the delivery's records and activations were accepted, up to a bookmark that is committed. */
  constructor(contents: Contents, settled: number) {
    const { activations, bookmarks } = contents;
    this.#contents = contents;
    this.#activation = activations.filter(({ recordsBefore }, n) => recordsBefore + n < settled).length;
    this.#bookmark =
      settled === 0
        ? 0
        : bookmarks.filter(place => place.recordsBefore + place.activationsBefore <= settled).length;
    this.settledRecords = settled - this.#activation;
  }

  /** Behind how many records the next one stands. */
  get at(): number {
    const { bookmarks, activations } = this.#contents;
    const bookmark = bookmarks[this.#bookmark]?.recordsBefore ?? Number.POSITIVE_INFINITY;
    return Math.min(bookmark, activations[this.#activation]?.recordsBefore ?? Number.POSITIVE_INFINITY);
  }

  /** The next one that stands behind so many records; undefined where the next record does. */
  next(records: number): Mark | undefined {
    const contents = this.#contents;
    const place = contents.bookmarks[this.#bookmark];
    if (place?.recordsBefore === records && place.activationsBefore <= this.#activation) {
      this.#bookmark++;
      const settled = place.recordsBefore + place.activationsBefore;
      const { isEmptyState } = place;
      return { bookmark: () => ({ ...bookmarkAt(contents, place), settled, isEmptyState }) };
    }
    const activation = contents.activations[this.#activation];
    if (activation?.recordsBefore !== records) return undefined;
    this.#activation++;
    return { activation };
  }
}
