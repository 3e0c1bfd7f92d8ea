import { type JsonTree, parseTree } from "../functions/page/json-tree.ts";
import { faultOfBookmark } from "./bookmark-value.ts";
import { usageError } from "./cli-error.ts";
import { visible } from "./text.ts";
import { didYouMean } from "./words.ts";

/** More names than these don't help. */
const namesMax = 10;

/**
 * Returns JSON's text with another value at a JSON pointer, RFC 6901, and every other character as it was.
 * Throws CliError if there is no value at the pointer, or more than one, or if `value` is not JSON.
 */
export function spliced(text: string, pointer: string, value: string): string {
  if (value.trim() === "")
    throw usageError("The value is empty: an empty text is '\"\"', and no value is null.");
  const fault = faultOfBookmark(value);
  if (fault !== undefined)
    throw usageError(`The value ${visible(value)} is not JSON: ${fault}. A text needs its quotes: '"text"'.`);
  if (pointer !== "" && !pointer.startsWith("/"))
    throw usageError(`--at is "${visible(pointer)}": a JSON pointer begins with /, such as /orders.`);
  let tree = parseTree(text);
  let parent = "";
  for (const written of pointer.split("/").slice(1)) {
    tree = childOf(tree, parent, written);
    parent += `/${written}`;
  }
  return text.slice(0, tree.start) + value + text.slice(tree.start + tree.text.length);
}

function childOf(tree: JsonTree, parent: string, written: string): JsonTree {
  const name = written.replaceAll("~1", "/").replaceAll("~0", "~");
  const found = childrenOf(tree).filter(([own]) => own === name);
  if (found.length > 1)
    throw usageError(`The bookmark has ${parent}/${written} more than once: set it as a whole.`);
  if (found[0] === undefined) throw missingError(tree, parent, written);
  return found[0][1];
}

function childrenOf(tree: JsonTree): readonly (readonly [name: string, value: JsonTree])[] {
  if (tree.kind === "array") return tree.items.map((item, at) => [String(at), item]);
  if (tree.kind === "scalar") return [];
  return tree.members.map(({ name, value }) => [JSON.parse(name) as string, value]);
}

function missingError(tree: JsonTree, parent: string, written: string) {
  const pointers = childrenOf(tree).map(
    ([name]) => `${parent}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
  );
  const pointer = `${parent}/${written}`;
  const there = pointers.length === 0 ? `${parent || "it"} has no members` : `there is ${listed(pointers)}`;
  const advice = pointers.length === 0 ? "" : didYouMean(pointer, pointers);
  return usageError(`The bookmark has nothing at ${visible(pointer)}: ${visible(there)}.${advice}`);
}

const listed = (pointers: readonly string[]) =>
  pointers.length <= namesMax
    ? pointers.join(", ")
    : `${pointers.slice(0, namesMax).join(", ")} and ${pointers.length - namesMax} more`;
