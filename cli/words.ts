import { closest, distance } from "fastest-levenshtein";
import { grouped } from "../functions/values/grouped.ts";

/** Returns a number with its noun: `1 segment`, `2 segments`. */
export const counted = (count: number, noun: string): string => {
  const plural = noun.endsWith("ry") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
};

/** A misspelt word has at most so many letters wrong, and most of them right. */
const wrongMax = 2;

/** Returns ` Did you mean …?` if a word is nearly one of those that exist, else an empty text. */
export function didYouMean(word: string, words: readonly string[]): string {
  const nearest = closest(word, words as string[]);
  const wrong = distance(word, nearest);
  return wrong <= wrongMax && wrong * 2 < nearest.length ? ` Did you mean ${nearest}?` : "";
}
