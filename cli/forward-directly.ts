import { v7 } from "uuid";
import { databases } from "../functions/databases.ts";
import { importApiDestinations } from "../functions/import-api/destination.ts";
import { postOnce } from "../functions/import-api/http-post.ts";
import { memoryStore } from "../functions/memory/store.ts";
import { change } from "../functions/persister/commit/change.ts";
import type { Destination } from "../functions/persister/destination.ts";
import { PersisterError } from "../functions/persister/errors.ts";
import { type Parts, persist } from "../functions/persister/persist.ts";
import { type Segment, wholeLineOf } from "../functions/persister/segments/cutter.ts";
import { segments } from "../functions/persister/segments/segment.ts";
import type { Bookmark } from "../functions/persister/store.ts";
import { idleClock, systemClock } from "../functions/system-clock.ts";
import { CliError, exits } from "./cli-error.ts";
import type { Source } from "./deliver.ts";
import { faultLines } from "./fault-lines.ts";
import { proxyOf } from "./proxy.ts";
import { readAhead } from "./read-ahead.ts";
import type { Following } from "./send.ts";
import type { Account } from "./settings.ts";
import { segmentBytesMax } from "./wire-segments.ts";

/** The time for one segment, with all retries. */
const segmentMilliseconds = 300_000;
const streamer = "stdin";
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };
/** History is not kept: nobody can ask for it, and a stream may have no end. */
const unkept = { file: async () => {}, read: async () => undefined, list: async () => [] };

/** A run that writes straight to its destination. */
export interface Forwarding extends Following {
  readonly source: Source;
  readonly account: Account;
  /** The bookmark that the streamer starts from, if it is known. */
  readonly began: string | undefined;
  /** Does work that an interrupted run waits for. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Forwards a stitchstream straight to the Import API, as the first Persister did, or to a database. It is the
 * same core, without an archive; only `keep` stores bookmarks. Rejects with CliError.
 */
export async function forward(forwarding: Forwarding): Promise<void> {
  const { destination, close } = destinationOf(forwarding.account);
  try {
    await forwardTo(destination, forwarding);
  } finally {
    await close();
  }
}

async function forwardTo(
  destination: Destination,
  { source, began, watcher, keep, aborted, during }: Forwarding,
): Promise<void> {
  const ports = portsOf(destination);
  const deadline = () => ports.clock.now() + segmentMilliseconds;
  if (began !== undefined)
    await change({ streamer, bookmark: bookmarkOf(began), precondition: {}, deadline: deadline() }, ports);
  let last = began;
  const output =
    source.kind === "pipe" ? source.output : source.run(source.isFullRefresh === true ? undefined : began);
  const cut = segments(output, { clock: idleClock, aborted, bytesMax: segmentBytesMax });
  for await (const segment of readAhead(cut, aborted)) {
    const { body, records, hasBookmark, hasOnlyEmptyState } = segment;
    const request = { streamer, body, gzipped: false, precondition: {}, deadline: deadline() };
    const { receipt } = await during(() => persist(request, ports)).catch(async (error: unknown) => {
      if (!(error instanceof PersisterError)) throw error;
      // The segment's safe bookmark is committed, although the rest of the segment failed.
      const { committed } = error.details;
      const safe = committed === "unknown" ? undefined : textOf(committed?.bookmark);
      if (safe !== undefined && safe !== last) await keep(safe);
      throw refusalOf(error, segment);
    });
    last = textOf(receipt.state.bookmark);
    // If `began` is not known, an empty STATE would replace whatever the reader of stdout keeps.
    const isLost = hasOnlyEmptyState && /^(null|\{\s*\})$/.test(last ?? "");
    if (hasBookmark && last !== undefined && !isLost) await keep(last);
    watcher.committed({ records, bytes: body.length });
  }
}

function destinationOf(account: Account): { readonly destination: Destination; close(): Promise<void> } {
  const clock = systemClock;
  if ("token" in account) {
    const { url, ...own } = account;
    const proxy = proxyOf(new URL(url));
    const post: typeof postOnce = (call, time) =>
      postOnce(proxy ? { ...call, agent: proxy.agent } : call, time);
    return {
      destination: importApiDestinations()({ url, account: own, clock, post }),
      close: async () => {},
    };
  }
  const { of, close } = databases(clock);
  return { destination: of(account), close };
}

function portsOf(destination: Destination): Parts {
  return {
    ...memoryStore(),
    history: unkept,
    log: unkept,
    clock: systemClock,
    newId: v7,
    archive: { put: async () => "" },
    destinations: { of: async () => destination },
    observer: { onDelivery: () => {} },
    // Nothing is kept of a body, so none is recognized.
    digestOf: () => "",
  };
}

/** Transit is JSON as well. */
const bookmarkOf = (text: string): Bookmark => ({ encoding: "json", value: utf8.encoder.encode(text) });
const textOf = (bookmark: Bookmark | undefined) => bookmark && utf8.decoder.decode(bookmark.value);

function refusalOf({ code, message, details }: PersisterError, segment: Segment): CliError {
  const { faults = [], faultsTotal: total } = details;
  const by = /^(The Import API|PostgreSQL) rejected /.exec(message)?.[1]?.replace(/^T/, "t");
  const who = code === "rejected" && by !== undefined ? `rejected by ${by}` : code;
  // The message names the segment's lines, not the stream's.
  const lineOf = (line: number) => wholeLineOf(segment, line);
  const said = `${who}:${faults.length === 0 ? ` ${message}` : faultLines({ faults, total }, lineOf)}`;
  if (/^The Import API rejected .* with status 40[13]:/.test(message))
    return new CliError(
      `${said}\nAre -C and -T right, and is the account of IMPORT_API_URL's region?`,
      exits.unauthorized,
    );
  if (code === "account-unavailable") return new CliError(said, exits.unauthorized);
  const isTrouble = code === "unavailable" || code === "out-of-time";
  return new CliError(said, isTrouble ? exits.unavailable : exits.refused);
}
