import fc from "fast-check";

/** Returns the next choice, from 0 to 7. */
export type Pick = () => number;

export const picks = fc.array(fc.nat(7), { minLength: 1, maxLength: 40 });

/** Repeats the same choices. */
export function picking(from: readonly number[]): Pick {
  let n = 0;
  return () => from[n++ % from.length]!;
}

const spaces = ["", "", "", "", "", " ", "\t", " \r "];
const escaped = (character: string, isUpper: boolean) =>
  Array.from({ length: character.length }, (_, n) => {
    const hex = character.charCodeAt(n).toString(16).padStart(4, "0");
    return `\\u${isUpper ? hex.toUpperCase() : hex}`;
  }).join("");

/** A string as JSON text, with any of its characters as escapes. */
const spelledString = (text: string, pick: Pick) =>
  `"${Array.from(text, character => {
    const choice = pick();
    if (choice === 0 && character === "/") return "\\/";
    return choice <= 1 ? escaped(character, choice === 0) : JSON.stringify(character).slice(1, -1);
  }).join("")}"`;

const spaced = (token: string, pick: Pick) => spaces[pick()]! + token + spaces[pick()]!;

/**
 * A value as JSON text, with spaces and escapes wherever a writer may put them. `pickText` is for strings
 * that are not names.
 */
export function spelled(value: unknown, pick: Pick, pickText: Pick = pick): string {
  const inner = (each: unknown) => spaced(spelled(each, pick, pickText), pick);
  if (Array.isArray(value)) return `[${value.map(inner).join(",")}]`;
  if (typeof value === "string") return spelledString(value, pickText);
  if (typeof value !== "object" || value === null || value instanceof Date) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, each]) => `${spaced(spelledString(name, pick), pick)}:${inner(each)}`,
  );
  return `{${members.join(",")}}`;
}

/** JSON text with spaces between its tokens. */
export const withSpaces = (text: string, pick: Pick): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g, token => spaced(token, pick));
