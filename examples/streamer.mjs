#!/usr/bin/env node
/**
 * A template for a streamer: copy it, and change what is below "Yours". It streams the pages of an HTTP API,
 * from the bookmark in the file that its last argument names: streamer.mjs [BOOKMARK_FILE]
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";

const file = process.argv[2];
const bookmark = file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8"));

/** Prints a line, and waits while the reader is slower. */
async function print(line) {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}

// Yours

const stream = "items";
const keys = ["id"];
const properties = { id: { type: "integer" }, updated_at: { type: "string", format: "date-time" } };

const { ITEMS_URL, ITEMS_TOKEN } = process.env;
if (!ITEMS_URL || !ITEMS_TOKEN) {
  process.stderr.write("ITEMS_URL and ITEMS_TOKEN are required.\n");
  process.exit(2);
}

const limit = 100;

/** Yields pages of rows that changed at `since` or later, oldest first. */
async function* pages(since) {
  for (let from = since; ; ) {
    const query = new URLSearchParams({ sort: "updated_at", limit, ...(from && { since: from }) });
    const url = `${ITEMS_URL}?${query}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${ITEMS_TOKEN}` } });
    if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}.`);
    const rows = await response.json();
    yield rows;
    if (rows.length < limit) return;
    // Ask again from the last row's time: rows that are updated meanwhile move to the end, and shift the pages.
    const last = rows.at(-1).updated_at;
    if (last === from) throw new Error(`More than ${limit} rows have the time ${last}. Raise the limit.`);
    from = last;
  }
}

// The same for every streamer

await print("stitchstream/0.1\nContent-Type: jsonline\n--");
const schema = { type: "object", properties };
await print(JSON.stringify({ type: "SCHEMA", stream, key_properties: keys, schema }));
let last = bookmark?.[stream];
for await (const rows of pages(last)) {
  for (const record of rows) await print(JSON.stringify({ type: "RECORD", stream, record }));
  last = rows.at(-1)?.updated_at ?? last;
  // After all records up to it, and at the end even if nothing was new.
  await print(JSON.stringify({ type: "BOOKMARK", value: { [stream]: last ?? null } }));
}
