import {
  bookmarkBytesMax,
  idempotencyKeyCharsMax,
  idempotencyKeyHoursMax,
  inflatedBytesMax,
  inflationRatioBytesMin,
  inflationRatioMax,
  streamerNameCharsMax,
} from "../persister/limits.ts";
import type { CatalogueEntry, ProblemCode } from "./catalogue-entry.ts";
import { tokenErrors } from "./token-errors.ts";

const MiB = 1024 * 1024;

/**
 * Every error, in order of precedence. docs/errors.md, the OpenAPI document and `GET /v1/errors/{code}`
 * show it.
 */
export const errorCatalogue: Readonly<Record<ProblemCode, CatalogueEntry>> = {
  "tokens-disabled": tokenErrors["tokens-disabled"],
  "tokens-unavailable": tokenErrors["tokens-unavailable"],
  unauthorized: {
    status: 401,
    title: "Unauthorized",
    when: "The token is missing, wrong, expired or revoked.",
    hint: "Send `Authorization: Bearer <token>` with a valid token; `persist token create` creates one.",
  },
  forbidden: {
    status: 403,
    title: "Forbidden",
    when: "The token is valid but does not have the required scope on this streamer.",
    hint: "Use a token with that scope; `persist token create` creates one.",
  },
  "bad-streamer-name": {
    status: 400,
    title: "Invalid streamer name",
    when: "The streamer name in the URL is not valid.",
    hint:
      `Use 1 to ${streamerNameCharsMax} of \`a-z\`, \`0-9\`, \`_\` and \`-\`, ` +
      "starting with a letter or digit.",
  },
  "bad-query": {
    status: 400,
    title: "Invalid query parameter",
    when: "A parameter of a list is not valid; `detail` names it.",
    hint: "`before` and `after` are `next` of the previous page; see `GET /v1/openapi.json` for the others.",
  },
  "no-error-code": {
    status: 404,
    title: "No such error code",
    when: "No error has the code in the URL.",
    hint: "Look it up in `x-problems` of `GET /v1/openapi.json`, which lists every code.",
  },
  "precondition-required": {
    status: 428,
    title: "Precondition required",
    when: "A manual change of the bookmark or the settings has no `If-Match`.",
    hint: "Send `If-Match` with the ETag of what you have seen.",
  },
  "body-too-large": {
    status: 413,
    title: "Body too large",
    when: "The body has more than 4.5 MB on the wire.",
    hint: "Compress it with gzip, or send several bodies, each cut after a bookmark.",
  },
  "archive-unavailable": {
    status: 503,
    title: "Archive unavailable",
    when: "The body could not be archived. Nothing else was done.",
    hint: "Send the request again after `Retry-After`.",
  },
  "bad-header": {
    status: 400,
    title: "Invalid header",
    when: "`If-Match` or `If-None-Match` is not an ETag, or `Idempotency-Key` is not a valid key.",
    hint: `Send the ETag with its quotes; a key is 1 to ${idempotencyKeyCharsMax} visible ASCII characters.`,
  },
  "unsupported-encoding": {
    status: 415,
    title: "Unsupported encoding",
    when: "`Content-Encoding` is not gzip, or a gzip body has a text `Content-Type`.",
    hint: "Send gzip with `Content-Type: application/octet-stream`, or the body uncompressed.",
  },
  "unsupported-type": {
    status: 415,
    title: "Unsupported media type",
    when: "A manual change, or a request for a token, does not name the body's type.",
    hint: "Send `Content-Type: application/json`; a bookmark may also be `application/transit+json`.",
  },
  "bad-settings": {
    status: 400,
    title: "Invalid settings",
    when: "The body of a change of the settings is not a JSON object of known settings.",
    hint: 'Send settings such as `{"expectedEvery":"PT1H"}`; `{}` removes them all.',
  },
  "bad-token": tokenErrors["bad-token"],
  "too-many-tokens": tokenErrors["too-many-tokens"],
  "broken-gzip": {
    status: 400,
    title: "Broken gzip",
    when: "The gzip body was truncated or changed, or other bytes follow it.",
    hint: "Send the whole gzip body again, and nothing after it.",
  },
  "inflated-too-large": {
    status: 413,
    title: "Decompressed body too large",
    when:
      `The gzip body expands to more than ${inflatedBytesMax / MiB} MiB, ` +
      `or to more than ${inflationRatioBytesMin / MiB} MiB and ${inflationRatioMax} times its size.`,
    hint: "Send several bodies, each cut after a bookmark.",
  },
  "store-unavailable": {
    status: 503,
    title: "Bookmark store unavailable",
    when: "The bookmark store (the table, or the archive for large bookmarks) did not answer in time.",
    hint: "Send the request again with its `Idempotency-Key`, or fetch the bookmark and start from it.",
  },
  "newer-format": {
    status: 503,
    title: "Newer format",
    when: "A newer version of the endpoint has written an item that this version must not change.",
    hint: "Ask the endpoint's operators to deploy the newer version, in a scheduled streamer's image, too.",
  },
  "bookmark-lost": {
    status: 503,
    title: "Bookmark lost",
    when: "The archive lacks the object that a large bookmark or receipt is stored in.",
    hint:
      "Ask the endpoint's operators to restore the object that their log names, " +
      "or set the bookmark again.",
  },
  "key-reused": {
    status: 422,
    title: "Idempotency-Key reused",
    when: `The \`Idempotency-Key\` was sent with another body in the last ${idempotencyKeyHoursMax} hours.`,
    hint: "Create a new key for each body.",
  },
  "account-unavailable": {
    status: 503,
    title: "Account unavailable",
    when: "The streamer's account could not be read or used, or it has none. Nothing was forwarded.",
    hint: "Send the request again after `Retry-After`; without that header, ask the endpoint's operators.",
  },
  "not-a-stitchstream": {
    status: 400,
    title: "Not a stitchstream",
    when: "The header is missing, incomplete or unknown, or the body is empty or UTF-16.",
    hint: "Begin with `stitchstream/0.1`, `Content-Type: transit` or `jsonline`, and `--`.",
  },
  malformed: {
    status: 400,
    title: "Malformed messages",
    when: "Some lines are not valid messages. Nothing was forwarded.",
    hint: "Fix the lines that `errors` names.",
  },
  "bookmark-too-large": {
    status: 413,
    title: "Bookmark too large",
    when: `A bookmark has more than ${bookmarkBytesMax / MiB} MiB. Nothing was forwarded.`,
    hint: "Keep less in the bookmark.",
  },
  "invalid-records": {
    status: 422,
    title: "Invalid records",
    when:
      "Records lack their key, violate their schema, or hold values no table can carry. " +
      "Nothing was forwarded.",
    hint: "Fix the fields that `errors` names.",
  },
  "delivery-in-flight": {
    status: 409,
    title: "Another delivery is in flight",
    when: "Another delivery of this streamer is in flight.",
    hint: "Send the request again after `Retry-After`.",
  },
  superseded: {
    status: 409,
    title: "Superseded by another delivery",
    when: "Another delivery has written to the streamer since this one began; this one stopped there.",
    hint: "Start from the `bookmark` named, with a new `Idempotency-Key`.",
  },
  "precondition-failed": {
    status: 412,
    title: "Precondition failed",
    when: "The streamer's revision, or the version of its settings, is not the one that `If-Match` names.",
    hint: "Start from the `bookmark` named, with the `revision` named.",
  },
  "table-conflict": {
    status: 422,
    title: "Conflict with the table",
    when: "A stream's keys differ from those of its PostgreSQL table. Nothing was written.",
    hint: "Send the stream under another name, or drop the table and its row in `_persister_tables`.",
  },
  "schema-frozen": {
    status: 422,
    title: "Frozen schema",
    when: "The records require a change of PostgreSQL tables that are frozen. Nothing was written.",
    hint: "Change the records, or set `onSchemaChange` of the account to `evolve`.",
  },
  rejected: {
    status: 502,
    title: "Rejected by the destination",
    when: "The destination rejected a batch permanently; `detail` has its reason.",
    hint: "Fix the records on the lines named, and start from the `bookmark` named.",
  },
  unavailable: {
    status: 503,
    title: "Destination unavailable",
    when: "The destination did not accept a batch, after retries.",
    hint: "Start from the `bookmark` named, after `Retry-After`.",
  },
  "out-of-time": {
    status: 504,
    title: "Out of time",
    when: "Time ran out before every record was accepted.",
    hint: "Start from the `bookmark` named, with smaller bodies.",
  },
  "no-streamer": {
    status: 404,
    title: "No such streamer",
    when: "No delivery of this streamer has begun yet.",
    hint: "Check the streamer's name.",
  },
  "no-delivery": {
    status: 404,
    title: "No such delivery",
    when: "No delivery with this id has ended.",
    hint: "Check the id; a delivery in flight is shown with its streamer.",
  },
  "no-token": tokenErrors["no-token"],
  "no-bookmark": {
    status: 404,
    title: "No bookmark",
    when: "No delivery has sent a bookmark yet, or the bookmark was deleted.",
    hint: "Start from the beginning.",
  },
  "not-acceptable": {
    status: 406,
    title: "Not acceptable",
    when: "The bookmark cannot be represented in a type that `Accept` allows.",
    hint: "Accept the bookmark's own encoding, or omit `Accept`.",
  },
  internal: {
    status: 500,
    title: "Internal error",
    when: "Something broke that is not the caller's fault.",
    hint: "Send the request again; if the error persists, report the request that `detail` names.",
  },
};
