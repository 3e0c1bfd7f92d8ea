import { statusOf } from "../refusal.ts";
import type { Page, Source } from "../streamer.ts";
import type { Table } from "../table.ts";
import { type Ask, perPage } from "./client.ts";

export interface Position {
  /** Everything updated before this second was read; s since the epoch. */
  readonly upTo?: number;
  /** An unfinished pass over newer updates: what `upTo` becomes at its end, and the next page. */
  readonly walking?: { readonly upTo: number; readonly offset: string };
}

/** Updates of the last minute may not be in the list yet. */
const lagSeconds = 60;

/** The status for an offset that Chargebee no longer accepts. */
const refused = 400;

/** An instant that never changes, to sort a list by. */
export type Created = "created_at" | "date";

/**
 * Reads a list in the order of creation. Resources that are updated in between may already have been
 * passed, so the next run requests everything since this pass began. If the last run's offset is refused,
 * starts the pass again.
 */
export const byCreation = (table: Table, created: Created, ask: Ask): Source<Position> => ({
  name: table.name,
  tables: [table],
  async *pages(position = {}) {
    try {
      yield* pagesFrom(position, table, created, ask);
    } catch (error) {
      if (position.walking === undefined || statusOf(error) !== refused) throw error;
      yield* pagesFrom(position.upTo === undefined ? {} : { upTo: position.upTo }, table, created, ask);
    }
  },
});

async function* pagesFrom(
  { upTo, walking }: Position,
  table: Table,
  created: Created,
  ask: Ask,
): AsyncGenerator<Page<Position>> {
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
    const position = offset
      ? { ...(upTo !== undefined && { upTo }), walking: { upTo: end, offset } }
      : { upTo: end };
    yield { rows: list.map(given => [table, table.row(given)]), position };
  } while (offset !== undefined);
}
