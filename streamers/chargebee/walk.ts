import { statusOf } from "../refusal.ts";
import type { Page, Source } from "../streamer.ts";
import type { Table } from "../table.ts";
import { type Ask, perPage } from "./client.ts";

export interface Place {
  /** All that was updated before this second was given; s since the epoch. */
  readonly upTo?: number;
  /**
   * On the way through what was updated since: what `upTo` becomes at its end, and the page to go on with.
   */
  readonly walking?: { readonly upTo: number; readonly offset: string };
}

/** What is updated in the minute before a walk begins may not be in its list yet. */
const lagSeconds = 60;

/** What an offset is answered with that Chargebee takes no more. */
const refused = 400;

/** The instant that a list can be had in the order of, whatever is updated meanwhile. */
export type Created = "created_at" | "date";

/**
 * A list in the order of its creation, and not of its updates. What is updated meanwhile may have been passed
 * already: the next run asks for all since this walk began. Where an offset of the last run's is refused, it
 * begins again.
 */
export const walk = (table: Table, created: Created, ask: Ask): Source<Place> => ({
  name: table.name,
  tables: [table],
  async *pages(place = {}) {
    try {
      yield* walkFrom(place, table, created, ask);
    } catch (error) {
      if (place.walking === undefined || statusOf(error) !== refused) throw error;
      yield* walkFrom(place.upTo === undefined ? {} : { upTo: place.upTo }, table, created, ask);
    }
  },
});

async function* walkFrom(
  { upTo, walking }: Place,
  table: Table,
  created: Created,
  ask: Ask,
): AsyncGenerator<Page<Place>> {
  let { upTo: end, offset } = walking ?? {};
  do {
    const { list, next, at } = await ask({
      limit: perPage,
      ...(offset && { offset }),
      ...(upTo !== undefined && { "updated_at[after]": upTo - 1 }),
      "sort_by[asc]": created,
    });
    end ??= Math.max(1, at - lagSeconds);
    offset = next;
    const place = offset
      ? { ...(upTo !== undefined && { upTo }), walking: { upTo: end, offset } }
      : { upTo: end };
    yield { rows: list.map(given => [table, table.row(given)]), place };
  } while (offset !== undefined);
}
