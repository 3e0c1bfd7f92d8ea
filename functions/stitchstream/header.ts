import { newline, openBrace, space } from "./bytes.ts";
/** Thrown where a body does not begin as a stitchstream does: the line and the mend. */
export class NotAStitchstream extends Error {
  override readonly name = "NotAStitchstream";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export type Encoding = "json" | "transit";

export interface Header {
  readonly encoding: Encoding;
  /** Where the first message begins, in bytes. */
  readonly end: number;
  /** The first message's line, 1-based. */
  readonly line: number;
}

const encodings = new Map<string, Encoding>([
  ["transit", "transit"],
  ["jsonline", "json"],
]);
const headerLineBytesMax = 1_024;
const utf8 = new TextDecoder("utf-8");

/**
 * Reads `stitchstream/0.1`, its `Key: value` lines and `--`; a body that begins with a JSON message has no header, and is
 * Singer's. Throws NotAStitchstream.
 */
export function readHeader(bytes: Uint8Array, linesMax: number): Header {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  if (bytes[firstVisible(bytes, start)] === openBrace) return { encoding: "json", end: start, line: 1 };
  if (start === bytes.length)
    throw new NotAStitchstream("the body is empty: it begins with `stitchstream/0.1`", 1);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new NotAStitchstream("the body is gzip: say so by `Content-Encoding: gzip`", 1);
  }
  let contentType: string | undefined;
  let line = 1;
  for (; start < bytes.length; line++) {
    const end = endOfLine(bytes, start);
    if (line > linesMax)
      throw new NotAStitchstream(`no \`--\` within ${linesMax} lines: it ends the header`, line);
    const text = utf8.decode(bytes.subarray(start, Math.min(end, start + headerLineBytesMax))).trim();
    start = Math.min(end + 1, bytes.length);
    if (line === 1) checkVersion(text);
    else if (text === "--") return { encoding: encodingOf(contentType, line), end: start, line: line + 1 };
    else contentType = readField(text, line, contentType);
  }
  throw new NotAStitchstream("the body ends before `--`, which ends the header", line - 1);
}

/** Where the first byte at or behind `start` stands that is no white space, a line's end among it; behind the last where there is none. */
export function firstVisible(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === space || (bytes[at]! >= 0x09 && bytes[at]! <= 0x0d)) at++;
  return at;
}

function endOfLine(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(newline, start);
  return end < 0 ? bytes.length : end;
}

function checkVersion(text: string): void {
  const line = text.toLowerCase();
  if (line === "stitchstream/0.1") return;
  if (line.startsWith("stitchstream/0.1content-type")) {
    throw new NotAStitchstream("the line ends were lost on the way: curl keeps them with `--data-binary`", 1);
  }
  if (line.startsWith("stitchstream/")) {
    throw new NotAStitchstream("an unknown version of stitchstream: the one known is stitchstream/0.1", 1);
  }
  throw new NotAStitchstream(
    "the first line is neither `stitchstream/0.1` nor, as Singer's taps print it, a JSON message",
    1,
  );
}

/** Keys and values are trimmed and case-insensitive; unknown keys and blank lines are ignored. */
function readField(text: string, line: number, contentType: string | undefined): string | undefined {
  if (text === "") return contentType;
  const colon = text.indexOf(":");
  if (colon < 0) throw new NotAStitchstream("a header line is `Key: value`, and `--` ends the header", line);
  if (text.slice(0, colon).trim().toLowerCase() !== "content-type") return contentType;
  const value = text
    .slice(colon + 1)
    .trim()
    .toLowerCase();
  if (!encodings.has(value))
    throw new NotAStitchstream("an unknown Content-Type: it is transit or jsonline", line);
  if (contentType !== undefined && contentType !== value) {
    throw new NotAStitchstream("a second Content-Type that says otherwise: keep one", line);
  }
  return value;
}

function encodingOf(contentType: string | undefined, line: number): Encoding {
  const encoding = encodings.get(contentType ?? "");
  if (encoding === undefined) {
    throw new NotAStitchstream("the header lacks its Content-Type: transit or jsonline", line);
  }
  return encoding;
}
