import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { withoutControls } from "./text.ts";

/** A longer line is written in parts. */
const lineCharsMax = 65_536;
const tabColumns = 8;

/**
 * Returns a function that takes what a streamer writes to stderr, and undefined at its end. Each line is
 * given to `write` without colors and other control characters, so that it has rows of its own on a terminal.
 */
export function lineWriter(write: (line: string) => void): (chunk: Uint8Array | undefined) => void {
  const decoder = new StringDecoder();
  let rest = "";
  return chunk => {
    rest += chunk === undefined ? decoder.end() : decoder.write(Buffer.from(chunk));
    const lines = rest.split("\n");
    rest = lines.pop()!;
    if (rest !== "" && (chunk === undefined || rest.length > lineCharsMax)) {
      lines.push(rest);
      rest = "";
    }
    for (const line of lines) write(shown(line));
  };
}

/** Returns what a terminal shows of a line in the end: a progress bar rewrites it after each \r. */
function shown(line: string): string {
  const last = stripVTControlCharacters(line.replace(/\r+$/, "")).split("\r").at(-1)!;
  return withoutControls(last.replaceAll("\t", " ".repeat(tabColumns)));
}
