import { historyEntriesMax } from "../functions/persister/limits.ts";
import type { Committed } from "./bookmark.ts";
import type { BookmarkFile } from "./bookmark-file.ts";
import { exactValue, isSameBookmark, isSameValue } from "./bookmark-value.ts";
import { CliError, exits } from "./cli-error.ts";
import { type Endpoint, jsonOf, sendRequest } from "./endpoint.ts";

/**
 * A file that has to hold the endpoint's bookmark before anything is sent; `--bookmark`'s can be replaced.
 */
export type ExpectedBookmark = Pick<BookmarkFile, "path" | "text"> & Partial<Pick<BookmarkFile, "replace">>;

/**
 * Rejects with CliError unless the file holds the endpoint's bookmark. If the file is only out of date,
 * because a run was killed before it replaced the file, replaces it first, so that the next run continues.
 */
export async function assertExpected(
  file: ExpectedBookmark,
  { bookmark }: Committed,
  endpoint: Endpoint,
): Promise<void> {
  const { path, text } = file;
  if (isSameBookmark(text, bookmark)) return;
  if (file.replace !== undefined && bookmark !== undefined && (await wasCommitted(text, endpoint))) {
    await file.replace(bookmark);
    throw unavailable(
      `${path} did not hold the endpoint's bookmark, so nothing is sent. It does now: run this again.`,
    );
  }
  throw unavailable(`${describeDifference(path, text, bookmark)} Nothing is sent.`);
}

const unavailable = (message: string) => new CliError(message, exits.unavailable);

/** Resolves to whether the endpoint has committed this bookmark before; true for no bookmark. */
async function wasCommitted(text: string | undefined, endpoint: Endpoint): Promise<boolean> {
  if (text === undefined) return true;
  const path = `/bookmark/history?limit=${historyEntriesMax}`;
  const { text: page } = await sendRequest(endpoint, { method: "GET", path });
  // The exact reader accepts only valid JSON.
  jsonOf(page, endpoint);
  const { history } = exactValue(page) as { readonly history: readonly { readonly bookmark?: unknown }[] };
  const value = exactValue(text);
  return history.some(({ bookmark }) => bookmark !== undefined && isSameValue(bookmark, value));
}

function describeDifference(path: string, text: string | undefined, bookmark: string | undefined): string {
  if (bookmark === undefined)
    return (
      `${path} holds a bookmark and the endpoint has none: delete ${path} to start from the beginning, ` +
      `or give the endpoint its bookmark, \`persist bookmark set "$(cat ${path})"\`.`
    );
  const what =
    text === undefined
      ? `${path} does not exist, and the endpoint has a bookmark`
      : `${path} is not the endpoint's bookmark`;
  return (
    `${what}: start from what \`persist bookmark get\` prints, ` +
    "or replace it with `persist bookmark set VALUE`."
  );
}
