import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { allSettled } from "../persister/all-settled.ts";
import type { Entries, Entry, EntryRange, EntryUpdate } from "../persister/entries.ts";
import { waitingOut } from "./available.ts";
import { itemTable, type TableOptions } from "./table.ts";
import { machineTiming } from "./timing.ts";

/**
 * Entries are spread over 16 partitions by a digest of their names, as one partition accepts a thousand
 * writes a second. Earlier versions stored all names in `streamers` itself, and nothing else of them.
 */
const register = "streamers";
const digits = [..."0123456789abcdef"];
const partitions = [...digits.map(digit => `${register}#${digit}`), register];

/** Returns the partition of a streamer's entry. */
export const entryPartitionOf = (streamer: string) =>
  `${register}#${createHash("sha256").update(streamer).digest("hex")[0]}`;

/** Sorts before every name, and after the name that it follows. A key may not be empty. */
const beforeAll = " ";
const afterAll = "~";
/** A page of entries of 1 kB stays below the 1 MB that a Query reads. */
const pageMax = 500;
/** An entry is behind until the next commit if the table takes longer. */
const updateMillisecondsMax = 1_000;

/** Stores the list of streamers in DynamoDB: an item of at most 1 kB each. */
export function dynamoEntries(options: TableOptions): Entries {
  const table = itemTable(options);
  const available = waitingOut(options);
  const { timing = machineTiming } = options;
  const keyOf = (streamer: string) => ({ pk: entryPartitionOf(streamer), sk: streamer });
  const exists = { condition: "attribute_exists(pk)", values: {} };
  const change = (streamer: string, changes: object, deadline: number) =>
    available(deadline, async () => {
      await table.update(keyOf(streamer), { set: changes, ...exists }, deadline);
    });

  /** Reads a partition's entries in order, page by page. */
  function pagesOf(pk: string, range: readonly [string, string], size: number, deadline: number) {
    let [from, page, at, isLast] = [range[0], [] as readonly Entry[], 0, false];
    return {
      get head() {
        return page[at];
      },
      async fill(): Promise<void> {
        if (page[at] !== undefined || isLast) return;
        page = await available(deadline, async () =>
          (await table.between(pk, [from, range[1]], size, deadline)).map(entryOf),
        );
        isLast = page.length < size;
        at = 0;
        from = `${page.at(-1)?.streamer}${beforeAll}`;
      },
      next(): void {
        at++;
      },
    };
  }

  return {
    read: (streamer, deadline) =>
      available(deadline, async () => {
        const { pk, sk } = keyOf(streamer);
        const item = await table.get(pk, sk, deadline);
        return item === undefined ? undefined : entryOf(item);
      }),
    update: (update, deadline) =>
      updateEntry(table, update, available, Math.min(deadline, timing.now() + updateMillisecondsMax)),
    notify: (streamer, notice, deadline) =>
      change(streamer, { staleSince: notice?.staleSince, notifiedAt: notice?.notifiedAt }, deadline),
    set: (streamer, { expectedEvery }, deadline) => change(streamer, { expectedEvery }, deadline),
    async *list(range, deadline) {
      const [from, to] = boundsOf(range);
      if (from > to) return;
      const size = Math.min(pageMax, Math.ceil((range.expected * 1.25) / digits.length) + 4);
      const sources = partitions.map(pk => pagesOf(pk, [from, to], size, deadline));
      await allSettled(sources.map(source => source.fill()));
      for (;;) {
        const [first, ...others] = sources.filter(({ head }) => head !== undefined);
        if (first === undefined) return;
        const least = others.reduce((a, b) => (b.head!.streamer < a.head!.streamer ? b : a), first);
        const entry = least.head!;
        yield entry;
        // The name alone, as an earlier version stored it, adds nothing to an entry.
        for (const source of sources.filter(({ head }) => head?.streamer === entry.streamer)) {
          source.next();
          await source.fill();
        }
      }
    },
  };
}

/** Creates an entry before its streamer's first item, so that every streamer is listed. */
export const createEntry = (
  { client, ...options }: TableOptions,
  { name, since }: { readonly name: string; readonly since?: number },
  deadline: number,
): Promise<boolean> =>
  itemTable({ client, ...options }).update(
    { pk: entryPartitionOf(name), sk: name },
    { set: {}, first: { since } },
    deadline,
  );

function updateEntry(
  table: ReturnType<typeof itemTable>,
  { streamer, since, commit, settings, lastFailure }: EntryUpdate,
  available: ReturnType<typeof waitingOut>,
  deadline: number,
): Promise<void> {
  const set = {
    ...(commit && { bookmarkAt: undefined, longestGap: undefined, ...commit }),
    ...(settings && { expectedEvery: settings.expectedEvery }),
    ...(lastFailure && { lastFailure }),
  };
  const isNewer = {
    condition: "attribute_not_exists(revision) OR revision <= :known",
    values: { ":known": commit?.revision },
  };
  const key = { pk: entryPartitionOf(streamer), sk: streamer };
  return available(deadline, async () => {
    await table.update(key, { set, first: { since }, ...(commit && isNewer) }, deadline);
  });
}

/** Returns the first and the last key of a range. */
function boundsOf({ after, prefix }: EntryRange): readonly [string, string] {
  const next = `${after}${beforeAll}`;
  return [next > prefix ? next : prefix, `${prefix}${afterAll}`];
}

const entrySchema = memoize(() => {
  const number = z.exactOptional(z.number());
  const text = z.exactOptional(z.string());
  return z.object({
    sk: z.string(),
    since: number,
    revision: number,
    at: number,
    deliveries: number,
    records: number,
    bookmarkAt: number,
    longestGap: number,
    expectedEvery: text,
    lastFailure: z.exactOptional(
      z.object({
        at: z.number(),
        delivery: z.string(),
        code: z.string(),
        hint: text,
        line: number,
        stream: text,
        field: text,
        message: text,
      }),
    ),
    staleSince: number,
    notifiedAt: number,
  });
});

function entryOf(item: unknown): Entry {
  const { sk, since, expectedEvery, lastFailure, staleSince, notifiedAt, ...rest } =
    entrySchema().parse(item);
  const { revision, at, deliveries = 0, records = 0, ...bookmark } = rest;
  return {
    streamer: sk,
    ...(since !== undefined && { since }),
    ...(revision !== undefined &&
      at !== undefined && { commit: { revision, at, deliveries, records, ...bookmark } }),
    ...(expectedEvery !== undefined && { settings: { expectedEvery } }),
    ...(lastFailure && { lastFailure }),
    ...(staleSince !== undefined && notifiedAt !== undefined && { notice: { staleSince, notifiedAt } }),
  };
}
