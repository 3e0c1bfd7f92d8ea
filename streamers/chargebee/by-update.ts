import { integerOf } from "../json.ts";
import type { Source } from "../streamer.ts";
import type { Table } from "../table.ts";
import { byCreation, type Created, type Position } from "./by-creation.ts";
import { type Ask, perPage } from "./client.ts";

/**
 * Reads a list in the order of its updates, or of another instant. Each request is for what follows the last
 * page's newest: a resource that is updated in between moves to the end, and is read there.
 */
export const byInstant = (table: Table, by: "updated_at" | "occurred_at", ask: Ask): Source<Position> => ({
  name: table.name,
  tables: [table],
  async *pages({ upTo } = {}) {
    let offset: string | undefined;
    for (;;) {
      const { list, next } = await ask({
        limit: perPage,
        ...(offset && { offset }),
        // `after` excludes its own second.
        ...(upTo !== undefined && { [`${by}[after]`]: upTo - 1 }),
        "sort_by[asc]": by,
      });
      const last = integerOf(list.at(-1)?.[by]) ?? upTo;
      const position = last === undefined ? undefined : { upTo: last };
      if (list.length > 0) yield { rows: list.map(given => [table, table.row(given)]), position };
      if (next === undefined) return;
      // Offsets are used only if the resources of one second fill a page. An offset names the instant and the
      // number of the last resource, not a count, so a resource that is updated and leaves the second moves
      // no other across a page's boundary.
      offset = last === upTo ? next : undefined;
      upTo = last;
    }
  },
});

/**
 * Reads a list whose older resources may have no `updated_at`, as they were not updated since Chargebee
 * records it: a request for updates never finds those. First reads all in the order of creation, then the
 * updates.
 */
export const byUpdate = (table: Table, created: Created, ask: Ask): Source<Position> => ({
  name: table.name,
  tables: [table],
  async *pages(position) {
    let reached = position;
    if (reached?.upTo === undefined) {
      for await (const page of byCreation(table, created, ask).pages(reached)) {
        yield page;
        reached = page.position;
      }
    }
    yield* byInstant(table, "updated_at", ask).pages(reached);
  },
});
