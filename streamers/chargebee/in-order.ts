import type { Source } from "../streamer.ts";
import type { Table } from "../table.ts";
import { type Ask, perPage, type Resource } from "./client.ts";

interface Place {
  /** All that was updated before this second was given; s since the epoch. */
  readonly upTo: number;
}

/**
 * A list in the order of its updates, or of whatever instant `by` names. Each question is for what follows the newest of the last
 * answer: one that is updated meanwhile moves to the end, and is seen there.
 */
export const inOrder = (table: Table, by: "updated_at" | "occurred_at", ask: Ask): Source<Place> => ({
  name: table.name,
  tables: [table],
  async *pages(place) {
    let upTo = place?.upTo;
    let offset: string | undefined;
    for (;;) {
      const { list, next } = await ask({
        limit: perPage,
        ...(offset && { offset }),
        // `after` leaves its own second out.
        ...(upTo !== undefined && { [by]: { after: upTo - 1 } }),
        "sort_by[asc]": by,
      });
      const last = instantOf(list.at(-1), by);
      if (last === undefined) return;
      yield { rows: list.map(given => [table, table.row(given)]), place: { upTo: last } };
      if (next === undefined) return;
      // So many of one second that they fill a page: only then the next one.
      offset = last === upTo ? next : undefined;
      upTo = last;
    }
  },
});

function instantOf(resource: Resource | undefined, by: string): number | undefined {
  const value = resource?.[by];
  return typeof value === "number" ? value : undefined;
}
