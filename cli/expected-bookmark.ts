import { historyEntriesMax } from "../functions/persister/limits.ts";
import { type Committed, jsonOf } from "./bookmark.ts";
import type { BookmarkFile } from "./bookmark-file.ts";
import { exactValue, isSameBookmark, isSameValue } from "./bookmark-value.ts";
import { CliError, exits } from "./cli-error.ts";
import { ask, type Endpoint } from "./endpoint.ts";

/**
 * The file that has to hold the endpoint's bookmark before anything is sent; one of `--bookmark` can be
 * replaced.
 */
export type ExpectedBookmark = Pick<BookmarkFile, "path" | "text"> & Partial<Pick<BookmarkFile, "replace">>;

/**
 * Rejects with CliError unless the endpoint's bookmark is the file's. A file that is only behind, since a run was
 * killed before it replaced the file, holds the endpoint's bookmark then, so that the next run continues.
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
      `${path} did not hold the endpoint's bookmark, so nothing is sent. It does now: run it again.`,
    );
  }
  throw unavailable(`${differenceOf(path, text, bookmark)} Nothing is sent.`);
}

const unavailable = (message: string) => new CliError(message, exits.unavailable);

/**
 * Whether a file holds nothing that the endpoint does not know: none, or a bookmark that was committed
 * before.
 */
async function wasCommitted(text: string | undefined, endpoint: Endpoint): Promise<boolean> {
  if (text === undefined) return true;
  const path = `/bookmark/history?limit=${historyEntriesMax}`;
  const { text: page } = await ask(endpoint, { method: "GET", path });
  // The exact reader looks for no faults.
  jsonOf(page, endpoint);
  const { history } = exactValue(page) as { readonly history: readonly { readonly bookmark?: unknown }[] };
  const value = exactValue(text);
  return history.some(({ bookmark }) => bookmark !== undefined && isSameValue(bookmark, value));
}

function differenceOf(path: string, text: string | undefined, bookmark: string | undefined): string {
  if (bookmark === undefined)
    return (
      `${path} holds a bookmark and the endpoint has none: delete ${path} to start from the beginning, ` +
      `or give the endpoint its bookmark, \`persist bookmark set "$(cat ${path})"\`.`
    );
  const what =
    text === undefined
      ? `${path} does not exist, and the endpoint has a bookmark`
      : `${path} is not the endpoint's bookmark`;
  return `${what}: start from what \`persist bookmark get\` prints, or replace it, \`persist bookmark set VALUE\`.`;
}
