import { integerOf } from "../json.ts";
import type { Source } from "../streamer.ts";
import type { Table } from "../table.ts";
import { type Ask, perPage } from "./client.ts";
import { type Created, type Place, walk } from "./walk.ts";

/**
 * A list in the order of its updates, or of whatever instant `by` names. Each question is for what follows
 * the newest of the last answer: one that is updated meanwhile moves to the end, and is seen there.
 */
export const inOrder = (table: Table, by: "updated_at" | "occurred_at", ask: Ask): Source<Place> => ({
  name: table.name,
  tables: [table],
  async *pages({ upTo } = {}) {
    let offset: string | undefined;
    for (;;) {
      const { list, next } = await ask({
        limit: perPage,
        ...(offset && { offset }),
        // `after` leaves its own second out.
        ...(upTo !== undefined && { [`${by}[after]`]: upTo - 1 }),
        "sort_by[asc]": by,
      });
      const last = integerOf(list.at(-1)?.[by]) ?? upTo;
      const place = last === undefined ? undefined : { upTo: last };
      if (list.length > 0) yield { rows: list.map(given => [table, table.row(given)]), place };
      if (next === undefined) return;
      // So many of one second that they fill a page: only then the next one. An offset names the instant and
      // the number of the last one that was given, and not how many were: what is updated meanwhile, and
      // leaves the second, draws none across a bound.
      offset = last === upTo ? next : undefined;
      upTo = last;
    }
  },
});

/**
 * A list of which some may have no `updated_at`, for nothing has been done to them since Chargebee keeps it:
 * a question for updates never finds those. All are read as they were created, and from then on what is
 * updated.
 */
export const byUpdate = (table: Table, created: Created, ask: Ask): Source<Place> => ({
  name: table.name,
  tables: [table],
  async *pages(place) {
    let reached = place;
    if (reached?.upTo === undefined) {
      for await (const page of walk(table, created, ask).pages(reached)) {
        yield page;
        reached = page.place;
      }
    }
    yield* inOrder(table, "updated_at", ask).pages(reached);
  },
});
