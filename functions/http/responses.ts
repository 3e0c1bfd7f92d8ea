import type * as z from "zod/mini";
import type { StreamerState } from "../persister/commit/state.ts";
import { PersisterError } from "../persister/errors.ts";
import type { HistoryPage } from "../persister/query/history.ts";
import type { Receipt } from "../persister/receipt.ts";
import { etagOf } from "./answer-headers.ts";
import { mediaTypes, negotiated, prefersPlainText } from "./conversion.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { bookmarkMembers, json } from "./json-text.ts";
import { fitting } from "./receipt-streams.ts";
import type { commitSchema, healthSchema, historySchema, receiptSchema, stateSchema } from "./schemas.ts";

/** What an answer's schema says, but for the bookmark: it is put in as the text that it is. */
export type Members<T extends z.ZodMiniType> = Omit<z.infer<T>, "bookmark" | "bookmarkType">;

const utf8 = new TextDecoder();

/** The receipt; on `Accept: text/plain` the committed bookmark's line, as the first Persister printed it. */
export function receiptResponse({ headers }: HttpRequest, receipt: Receipt, replayed: boolean): HttpResponse {
  const { state } = receipt;
  const common = {
    etag: etagOf(state.revision),
    "cache-control": "no-store",
    vary: "Accept",
    ...(replayed && { "idempotency-replayed": "true" }),
  };
  if (prefersPlainText(headers)) {
    const line = state.bookmark === undefined ? "" : `${utf8.decode(state.bookmark.value)}\n`;
    return { status: 200, headers: { ...common, "content-type": "text/plain; charset=utf-8" }, body: line };
  }
  const { delivery, streamer, records, ignored, batches, bytes, milliseconds, archive, bookmarkKept } =
    receipt;
  const body = fitting(receipt.streams, streams => {
    const members: Members<typeof receiptSchema> = {
      delivery,
      streamer,
      revision: state.revision,
      records,
      ignored,
      batches,
      bytes,
      milliseconds,
      ...streams,
      archive,
      bookmarkKept,
    };
    return json(members, bookmarkMembers(state.bookmark));
  });
  return { status: 200, headers: { ...common, "content-type": mediaTypes.json }, body };
}

/** The last committed bookmark, verbatim or as `Accept` asks. Throws `no-bookmark` and `not-acceptable`. */
export function bookmarkResponse({ headers }: HttpRequest, state: StreamerState): HttpResponse {
  if (state.bookmark === undefined) {
    throw new PersisterError("no-bookmark", "This streamer has no bookmark.", { committed: state });
  }
  const { contentType, value } = negotiated(headers, state.bookmark);
  const validators = {
    etag: etagOf(state.revision),
    "last-modified": new Date(state.committedAt).toUTCString(),
    "cache-control": "no-cache",
    vary: "Accept",
  };
  if (isUnchanged(headers, etagOf(state.revision))) return { status: 304, headers: validators, body: "" };
  return { status: 200, headers: { ...validators, "content-type": contentType }, body: utf8.decode(value) };
}

/** What a change by hand made of a streamer. */
export function stateResponse(streamer: string, state: StreamerState): HttpResponse {
  const { revision, bookmark } = state;
  const members: Members<typeof stateSchema> = { streamer, revision };
  return {
    status: 200,
    headers: { etag: etagOf(state.revision), "cache-control": "no-store", "content-type": mediaTypes.json },
    body: json(members, bookmarkMembers(bookmark)),
  };
}

/** A page of history, newest first. */
export function historyResponse(streamer: string, { revision, entries, next }: HistoryPage): HttpResponse {
  const listed = entries.map(({ commit, bookmark }) => {
    const { at, by, delivery } = commit;
    const members: Members<typeof commitSchema> = {
      revision: commit.revision,
      committedAt: new Date(at).toISOString(),
      by,
      delivery,
    };
    return json(members, bookmarkMembers(bookmark));
  });
  return {
    status: 200,
    headers: { etag: etagOf(revision), "cache-control": "no-cache", "content-type": mediaTypes.json },
    body: json({ streamer, revision, next } satisfies Omit<Members<typeof historySchema>, "history">, {
      history: `[${listed.join(",")}]`,
    }),
  };
}

/** RFC 9110 section 13.1.2: `*`, or one of the listed tags by weak comparison. */
function isUnchanged(headers: Headers, etag: string): boolean {
  const condition = headers.get("if-none-match");
  if (condition === null) return false;
  return (
    condition.trim() === "*" || condition.split(",").some(tag => tag.trim().replace(/^W\//, "") === etag)
  );
}

export const healthResponse = (): HttpResponse => ({
  status: 200,
  headers: { "content-type": mediaTypes.json, "cache-control": "no-store" },
  body: JSON.stringify({ status: "ok" } satisfies z.infer<typeof healthSchema>),
});
