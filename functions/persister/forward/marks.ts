import { bookmarkAt } from "../body/bookmark.ts";
import type { Activation, Contents } from "../body/contents.ts";
import type { PlacedBookmark } from "../store.ts";

type Mark = { readonly bookmark: () => PlacedBookmark } | { readonly activation: Activation };

/** What stands between a delivery's records, in its order: bookmarks and activations. */
export class Marks {
  /** The first records were accepted before. */
  readonly acceptedRecords: number;
  readonly #contents: Contents;
  #bookmark: number;
  #activation: number;

  /** `acceptedCount` of the delivery's records and activations were accepted, up to a bookmark that is committed. */
  constructor(contents: Contents, acceptedCount: number) {
    const { activations, bookmarks } = contents;
    this.#contents = contents;
    this.#activation = activations.filter(({ recordsBefore }, n) => recordsBefore + n < acceptedCount).length;
    this.#bookmark =
      acceptedCount === 0
        ? 0
        : bookmarks.filter(place => place.recordsBefore + place.activationsBefore <= acceptedCount).length;
    this.acceptedRecords = acceptedCount - this.#activation;
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
