import { statusOf } from "../refusal.ts";
import type { Page } from "../streamer.ts";
import type { Row, Table } from "../table.ts";
import { ifChanged, ifNoneMatch, perPage } from "./client.ts";

export interface ListingPosition {
  /** Each page's ETag, in order. */
  readonly etags: readonly string[];
  /** The last page is not full, so none follows while it is unchanged. */
  readonly ends: boolean;
}

interface Answer {
  readonly rows: readonly (readonly [Table, Row])[];
  /** The number of items on the page, whether or not they became rows. */
  readonly items: number;
  readonly headers: Headers;
}

/** The status for a page beyond the limit that GitHub sets for any listing. */
const beyondLimit = 422;

/**
 * Reads a listing that can't be filtered for what is new, page by page with the ETags of the last run, so
 * that unchanged pages are not sent and do not count against the rate limit. An item that moves across a
 * page's boundary changes both pages, and the next run reads them again. Ends, and logs that, at GitHub's
 * limit of a listing's pages.
 */
export async function* readListing(
  ask: (page: number, headers: Record<string, string>) => Promise<Answer>,
  position: ListingPosition | undefined,
  log: (line: string) => void,
): AsyncGenerator<Page<ListingPosition>> {
  const before = position?.etags ?? [];
  const etags: string[] = [];
  for (let page = 1; ; page++) {
    const known = before[page - 1];
    let answer: Answer | undefined;
    try {
      answer = await ifChanged(ask(page, ifNoneMatch(known)));
    } catch (error) {
      if (page === 1 || statusOf(error) !== beyondLimit) throw error;
      return log(`GitHub lists the first ${(page - 1) * perPage} only`);
    }
    etags.push(answer?.headers.get("etag") ?? known ?? "");
    const ends =
      answer === undefined ? page === before.length && position?.ends === true : answer.items < perPage;
    // Until the next pages are read, their ETags of the last run are valid.
    const rest = ends ? [] : before.slice(page);
    yield { rows: answer?.rows ?? [], position: { etags: [...etags, ...rest], ends } };
    if (ends) return;
  }
}
