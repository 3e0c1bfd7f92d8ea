/** Returns the names and indexes in a JSON pointer that is a URI fragment, `#/a/0`: RFC 6901 section 6. */
export const partsOfPointer = (pointer: string): string[] =>
  pointer.slice("#/".length).split("/").map(unescaped);

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return part;
  }
}
