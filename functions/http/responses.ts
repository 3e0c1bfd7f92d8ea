import type * as z from "zod/mini";
import type { VersionedSettings } from "../persister/commit/settings.ts";
import type { StreamerState } from "../persister/commit/state.ts";
import { PersisterError } from "../persister/errors.ts";
import type { HistoryPage } from "../persister/query/history.ts";
import type { Receipt } from "../persister/receipt.ts";
import { etagOf } from "./conditions.ts";
import { mediaTypes, negotiated, prefersPlainText } from "./conversion.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";
import { bookmarkMembers, jsonText, writeWithStreams } from "./response-members.ts";
import type { commitSchema, healthSchema, historySchema, receiptSchema, stateSchema } from "./schemas.ts";
import type { settingsSchema } from "./settings-schema.ts";

/** The members in a response's schema, except the bookmark, which is spliced in as text. */
export type Members<T extends z.ZodMiniType> = Omit<z.infer<T>, "bookmark" | "bookmarkType">;

const utf8 = new TextDecoder();

/**
 * Returns the receipt, or the committed bookmark's line for `Accept: text/plain`, as the first Persister
 * printed it.
 */
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
  const {
    delivery,
    streamer,
    records,
    ignored,
    batches,
    bytes,
    milliseconds,
    archive,
    bookmarkKept,
    tables,
  } = receipt;
  const body = writeWithStreams(receipt.streams, streams => {
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
      tables: tables?.map(each => ({ ...each, changes: [...each.changes] })),
      archive,
      bookmarkKept,
    };
    return jsonText(members, bookmarkMembers(state.bookmark));
  });
  return { status: 200, headers: { ...common, "content-type": mediaTypes.json }, body };
}

/**
 * Returns the last committed bookmark, verbatim or as `Accept` asks. Throws `no-bookmark` or
 * `not-acceptable`.
 */
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

/** Returns a streamer's state after a manual change. */
export function stateResponse(streamer: string, state: StreamerState): HttpResponse {
  const { revision, bookmark } = state;
  const members: Members<typeof stateSchema> = { streamer, revision };
  return {
    status: 200,
    headers: { etag: etagOf(state.revision), "cache-control": "no-store", "content-type": mediaTypes.json },
    body: jsonText(members, bookmarkMembers(bookmark)),
  };
}

/** Returns a streamer's settings. Their ETag is their own, apart from the streamer's revision. */
export const settingsResponse = ({ version, settings }: VersionedSettings): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(version), "cache-control": "no-store", "content-type": mediaTypes.json },
  body: JSON.stringify(settings satisfies z.infer<typeof settingsSchema>),
});

/** Returns a page of history, newest first. */
export function historyResponse(streamer: string, { revision, entries, next }: HistoryPage): HttpResponse {
  const listed = entries.map(({ commit, bookmark }) => {
    const { at, by, delivery } = commit;
    const members: Members<typeof commitSchema> = {
      revision: commit.revision,
      committedAt: new Date(at).toISOString(),
      by,
      delivery,
    };
    return jsonText(members, bookmarkMembers(bookmark));
  });
  return {
    status: 200,
    headers: { etag: etagOf(revision), "cache-control": "no-cache", "content-type": mediaTypes.json },
    body: jsonText({ streamer, revision, next } satisfies Omit<Members<typeof historySchema>, "history">, {
      history: `[${listed.join(",")}]`,
    }),
  };
}

/** Returns whether `If-None-Match` is `*` or has the ETag, by weak comparison: RFC 9110 section 13.1.2. */
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
