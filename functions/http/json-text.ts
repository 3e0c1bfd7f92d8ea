import type { Bookmark } from "../persister/store.ts";
import { mediaTypes } from "./conversion.ts";

const utf8 = new TextDecoder();

/** `members` as JSON text, and after them `spliced`, whose values are JSON text already: no digit of theirs is touched. */
export function json(members: object, spliced: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(members);
  const rest = Object.entries(spliced).map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  return rest.length === 0 ? text : `${text.slice(0, -1)},${rest.join(",")}}`;
}

/** A bookmark as members of an answer: verbatim, for transit-JSON is JSON text too, and its media type. */
export function bookmarkMembers(bookmark: Bookmark | undefined): Record<string, string> {
  if (bookmark === undefined) return {};
  return {
    bookmark: utf8.decode(bookmark.value),
    bookmarkType: JSON.stringify(mediaTypes[bookmark.encoding]),
  };
}
