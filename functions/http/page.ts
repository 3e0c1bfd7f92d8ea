import { PersisterError } from "../persister/errors.ts";
import { historyEntriesMax } from "../persister/limits.ts";

/** Which part of a history a query asks for: the newest twenty, unless it says. Throws `bad-query`. */
export function pageOf(query: URLSearchParams): { readonly before: number; readonly limit: number } {
  return {
    before: naturalIn(query, "before", Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER,
    limit: naturalIn(query, "limit", historyEntriesMax) ?? 20,
  };
}

function naturalIn(query: URLSearchParams, name: string, max: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw new PersisterError("bad-query", `\`${name}\` is a number from 1 to ${max}.`, { limit: max });
}
