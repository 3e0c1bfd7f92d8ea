import { v7 } from "uuid";
import { importApi } from "../functions/import-api/client.ts";
import { batchEncoder } from "../functions/import-api/encoder.ts";
import { importApiRules } from "../functions/import-api/rules.ts";
import { PersisterError } from "../functions/persister/errors.ts";
import { type Parts, persist } from "../functions/persister/persist.ts";
import { type Segment, segments, wholeLineOf } from "../functions/persister/segment.ts";
import { idleClock, systemClock } from "../functions/system-clock.ts";
import { exits } from "./endpoint.ts";
import { memoryStore } from "./memory.ts";
import type { Watcher } from "./send.ts";
import { Told } from "./told.ts";

/** An Import API account, and where that API is. */
export interface Account {
  readonly clientId: number;
  readonly token: string;
  readonly url: string;
}

/** How long the Import API may take for a segment, with all retries, ms. */
const segmentMilliseconds = 300_000;
const streamer = "stdin";
const utf8 = new TextDecoder();
/** Nobody can ask for what was, and a stream may have no end. */
const unkept = { file: async () => {}, read: async () => undefined, list: async () => [] };

/**
 * Forwards a stitchstream straight to the Import API, as the first Persister did: the same core, with nothing archived and no
 * bookmark kept but what is printed. Rejects with Told.
 */
export async function forward(
  source: AsyncIterable<Uint8Array>,
  { clientId, token, url }: Account,
  { watcher, givenUp }: { readonly watcher: Watcher; readonly givenUp: AbortController },
): Promise<void> {
  const clock = systemClock;
  const destination = {
    importApi: importApi({ url, token, clock }),
    encoder: batchEncoder(clientId),
    rules: importApiRules,
  };
  const parts: Parts = {
    ...memoryStore(),
    history: unkept,
    log: unkept,
    clock,
    newId: v7,
    archive: { put: async () => "" },
    destinations: { of: async () => destination },
    observer: { delivered: () => {}, watched: () => {} },
  };
  for await (const segment of segments(source, { clock: idleClock, givenUp })) {
    const { body, records, hasBookmark } = segment;
    const deadline = clock.now() + segmentMilliseconds;
    const intake = { streamer, body, gzipped: false, precondition: {}, deadline };
    const { receipt } = await persist(intake, parts).catch((error: unknown) => {
      throw error instanceof PersisterError ? toldOf(error, segment, watcher) : error;
    });
    const { bookmark } = receipt.state;
    const text = bookmark === undefined ? "" : utf8.decode(bookmark.value);
    watcher.committed({ records, hasBookmark, bytes: body.length, bookmark: text });
  }
}

/** What was safe of the segment is told first, as it is accepted for good. */
function toldOf({ code, message, details }: PersisterError, segment: Segment, watcher: Watcher): Told {
  const { bookmark, faults = [] } = details;
  if (bookmark !== undefined) watcher.safe(utf8.decode(bookmark.value));
  const places = faults
    .map(fault => `\n  line ${wholeLineOf(segment, fault.line)}: ${fault.message}`)
    .join("");
  const who = code === "rejected" ? "rejected by the Import API" : code;
  // The message names lines of the segment.
  const said = places === "" ? `${code}: ${message}` : `${who}:${places}`;
  if (/^The Import API rejected .* with status 40[13]:/.test(message))
    return new Told(
      `${said}\nAre -C and -T right, and is the account of IMPORT_API_URL's region?`,
      exits.unauthorized,
    );
  const isTrouble = code === "unavailable" || code === "out-of-time";
  return new Told(said, isTrouble ? exits.unavailable : exits.refused);
}
