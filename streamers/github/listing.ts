import { statusOf } from "../refusal.ts";
import type { Page } from "../streamer.ts";
import type { Row, Table } from "../table.ts";
import { ifChanged, perPage, unlessMatches } from "./client.ts";

export interface ListingPlace {
  /** Of each page, in order. */
  readonly etags: readonly string[];
  /** The last of them is not full: none follows while it stays as it is. */
  readonly ends: boolean;
}

interface Answer {
  readonly rows: readonly (readonly [Table, Row])[];
  /** Of the page, whether or not they became rows. */
  readonly items: number;
  readonly headers: Headers;
}

/**
 * What a page is answered with that lies beyond those which GitHub gives of a listing, however long it is.
 */
const beyondLimit = 422;

/**
 * A listing that can't be asked for what is new: read page by page, each with the ETag that it had, so that a
 * page which has not changed is not sent, and does not count for the rate limit. What moves over a page's
 * bound changes both, and the next run reads them again. Where GitHub gives no further page of a longer one,
 * it ends, and logs that.
 */
export async function* listing(
  ask: (page: number, headers: Record<string, string>) => Promise<Answer>,
  place: ListingPlace | undefined,
  log: (line: string) => void,
): AsyncGenerator<Page<ListingPlace>> {
  const before = place?.etags ?? [];
  const etags: string[] = [];
  for (let page = 1; ; page++) {
    const known = before[page - 1];
    let answer: Answer | undefined;
    try {
      answer = await ifChanged(ask(page, unlessMatches(known)));
    } catch (error) {
      if (page === 1 || statusOf(error) !== beyondLimit) throw error;
      return log(`GitHub lists the first ${(page - 1) * perPage} only`);
    }
    etags.push(answer?.headers.get("etag") ?? known ?? "");
    const ends =
      answer === undefined ? page === before.length && place?.ends === true : answer.items < perPage;
    // Of what follows, the last run's hold until it is read.
    const rest = ends ? [] : before.slice(page);
    yield { rows: answer?.rows ?? [], place: { etags: [...etags, ...rest], ends } };
    if (ends) return;
  }
}
