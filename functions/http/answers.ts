import { PersisterError } from "../persister/errors.ts";
import type { StreamerState } from "../persister/ports.ts";
import type { Receipt } from "../persister/receipt.ts";
import { mediaTypes, negotiated, prefersPlainText } from "./conversion.ts";
import { bookmarkMembers, json } from "./json-text.ts";
import type { HttpRequest, HttpResponse } from "./message.ts";

const utf8 = new TextDecoder();
const etagOf = ({ revision }: StreamerState) => `"${revision}"`;

/** The receipt; on `Accept: text/plain` the committed bookmark's line, as the first Persister printed it. */
export function receiptResponse({ headers }: HttpRequest, receipt: Receipt): HttpResponse {
  const { state } = receipt;
  const common = { etag: etagOf(state), "cache-control": "no-store", vary: "Accept" };
  if (prefersPlainText(headers)) {
    const line = state.bookmark === undefined ? "" : `${utf8.decode(state.bookmark.value)}\n`;
    return { status: 200, headers: { ...common, "content-type": "text/plain; charset=utf-8" }, body: line };
  }
  const { delivery, streamer, records, ignored, batches, archive } = receipt;
  const members = {
    delivery,
    streamer,
    revision: state.revision,
    records,
    ignored,
    batches,
    streams: Object.fromEntries(receipt.streams),
    archive,
  };
  return {
    status: 200,
    headers: { ...common, "content-type": mediaTypes.json },
    body: json(members, bookmarkMembers(state.bookmark)),
  };
}

/** The last committed bookmark, verbatim or as `Accept` asks. Throws `no-bookmark` and `not-acceptable`. */
export function bookmarkResponse({ headers }: HttpRequest, state: StreamerState | undefined): HttpResponse {
  if (state?.bookmark === undefined) {
    throw new PersisterError(
      "no-bookmark",
      "No bookmark has been committed for this streamer. Start from the beginning.",
      {
        revision: state?.revision ?? 0,
      },
    );
  }
  const { contentType, value } = negotiated(headers, state.bookmark);
  const validators = {
    etag: etagOf(state),
    "last-modified": new Date(state.committedAt).toUTCString(),
    "cache-control": "no-cache",
    vary: "Accept",
  };
  if (isUnchanged(headers, etagOf(state))) return { status: 304, headers: validators, body: "" };
  return { status: 200, headers: { ...validators, "content-type": contentType }, body: utf8.decode(value) };
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
  body: '{"status":"ok"}',
});
