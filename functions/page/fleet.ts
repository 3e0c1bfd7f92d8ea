import type { Row, State, Streamers } from "./answers.ts";

/** The list of streamers, as far as it has been read. */
export interface Fleet {
  readonly rows: ReadonlyMap<string, Row>;
  /** Whether every streamer is in it. */
  readonly isWhole: boolean;
}

type ReadPage = (query: {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly state?: State;
}) => Promise<Streamers>;

const pageSize = 1_000;
/** Deliveries in flight are looked for among so many streamers at once: each one's item is read. */
const runningPagesMax = 10;

/**
 * Reads all streamers, and yields what is known after each request. With more than a page of them, those that
 * are in trouble come first. What is in flight comes last, since only a list of `running` knows all of it.
 */
export async function* readFleet(read: ReadPage): AsyncGenerator<Fleet> {
  const rows = new Map<string, Row>();
  const add = ({ streamers }: Streamers) => {
    for (const row of streamers) rows.set(row.streamer, row);
  };
  const first = await read({ limit: pageSize });
  add(first);
  if (first.next === undefined) {
    yield { rows, isWhole: true };
    add(await read({ limit: pageSize, state: "running" }));
    yield { rows, isWhole: true };
    return;
  }
  yield { rows, isWhole: false };
  for (const state of ["stale", "failing"] as const) {
    add(await read({ limit: pageSize, state }));
    yield { rows, isWhole: false };
  }
  let after: string | undefined = first.next;
  while (after !== undefined) {
    const page: Streamers = await read({ limit: pageSize, after });
    after = page.next;
    add(page);
    yield { rows, isWhole: after === undefined };
  }
  for (let pages = 0; pages < runningPagesMax; pages++) {
    const page: Streamers = await read({ limit: pageSize, state: "running", after });
    add(page);
    after = page.next;
    if (after === undefined) break;
  }
  yield { rows, isWhole: true };
}
