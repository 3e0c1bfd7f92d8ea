import { newline, openBrace, space } from "../values/bytes.ts";
/** Thrown for a body with an invalid header: the line, what is wrong and how to fix it. */
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
  /** Whether the body has no header, as Singer taps' output. */
  readonly isSinger: boolean;
  /** The offset of the first message, in bytes. */
  readonly end: number;
  /** The first message's line, 1-based. */
  readonly line: number;
}

const encodings = new Map<string, Encoding>([
  ["transit", "transit"],
  ["jsonline", "json"],
]);
/** The rest of a longer line must be UTF-8 and is ignored. */
const headerLineBytesMax = 1_024;
const checkedBytes = 65_536;
/** RFC 9110 section 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Reads `stitchstream/0.1`, its `Key: value` lines and `--`. A body that begins with a JSON message has no
 * header: it is a Singer tap's. Throws NotAStitchstream.
 */
export function readHeader(bytes: Uint8Array, linesMax: number): Header {
  refuseOtherEncodings(bytes);
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const visible = firstVisible(bytes, start);
  if (bytes[visible] === openBrace) {
    refuseSpreadJson(bytes, visible);
    return { encoding: "json", isSinger: true, end: start, line: 1 };
  }
  if (visible >= bytes.length)
    throw new NotAStitchstream(
      "the body is empty: it must begin with `stitchstream/0.1` or a JSON message",
      1,
    );
  let contentType: string | undefined;
  let line = 1;
  for (; start < bytes.length; line++) {
    const end = endOfLine(bytes, start);
    if (line > linesMax)
      throw new NotAStitchstream(`no \`--\` within ${linesMax} lines: it ends the header`, line);
    const text = textOf(bytes, start, end, line);
    start = Math.min(end + 1, bytes.length);
    if (line === 1) checkVersion(text);
    else if (text === "--")
      return { encoding: encodingOf(contentType, line), isSinger: false, end: start, line: line + 1 };
    else contentType = readField(text, line, contentType);
  }
  throw new NotAStitchstream("the body ends before `--`, which ends the header", line - 1);
}

/**
 * Throws for gzip and for UTF-16 with or without a byte-order mark: every body begins with two ASCII
 * characters.
 */
function refuseOtherEncodings([first, second]: Uint8Array): void {
  if (first === 0x1f && second === 0x8b)
    throw new NotAStitchstream("the body is gzip: send it with `Content-Encoding: gzip`", 1);
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isMarked || (first === 0) !== (second === 0))
    throw new NotAStitchstream(
      "the body is UTF-16, as Windows PowerShell's `>` writes it: " +
        "send UTF-8, for example by `| Out-File -Encoding utf8`",
      1,
    );
}

/** Throws for JSON that is spread over lines, as in a configuration file: a message is one line. */
function refuseSpreadJson(bytes: Uint8Array, brace: number): void {
  const next = firstVisible(bytes, brace + 1);
  const lineEnd = bytes.indexOf(newline, brace);
  if (lineEnd >= 0 && lineEnd < next && next < bytes.length)
    throw new NotAStitchstream(
      "not a stitchstream, but JSON that is spread over several lines: " +
        "it begins with `stitchstream/0.1`, or with a message on one line",
      1,
    );
}

/** Returns the beginning of a line, trimmed. Throws if any of the line is not UTF-8. */
function textOf(bytes: Uint8Array, start: number, end: number, line: number): string {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  try {
    const text = utf8.decode(bytes.subarray(start, Math.min(end, start + headerLineBytesMax)), {
      stream: true,
    });
    for (let at = start + headerLineBytesMax; at < end; at += checkedBytes)
      utf8.decode(bytes.subarray(at, Math.min(end, at + checkedBytes)), { stream: true });
    utf8.decode();
    return text.trim();
  } catch {
    throw new NotAStitchstream("bytes that are not UTF-8: encode the stream as UTF-8", line);
  }
}

/**
 * Returns the offset of the first byte from `start` that is not white space or a line end; the length if none
 * is.
 */
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
    throw new NotAStitchstream("an unknown version of stitchstream: only stitchstream/0.1 is known", 1);
  }
  if (line.startsWith("["))
    throw new NotAStitchstream("transit without a header: its first line must be `stitchstream/0.1`", 1);
  throw new NotAStitchstream(
    "the first line is neither `stitchstream/0.1` nor, as Singer's taps print it, a JSON message",
    1,
  );
}

/** Keys and values are trimmed and case-insensitive; unknown keys and blank lines are ignored. */
function readField(text: string, line: number, contentType: string | undefined): string | undefined {
  if (text === "") return contentType;
  if (/^[{[]/.test(text))
    throw new NotAStitchstream("a message before the `--` that ends the header: print `--` first", line);
  const colon = text.indexOf(":");
  const key = text.slice(0, Math.max(0, colon)).trim();
  if (!token.test(key))
    throw new NotAStitchstream(
      "a header line must be `Key: value`, with a key like an HTTP field name; `--` ends the header",
      line,
    );
  if (key.toLowerCase() !== "content-type") return contentType;
  const value = text
    .slice(colon + 1)
    .trim()
    .toLowerCase();
  if (!encodings.has(value))
    throw new NotAStitchstream("an unknown Content-Type: it must be transit or jsonline", line);
  if (contentType !== undefined && contentType !== value) {
    throw new NotAStitchstream("a second Content-Type that contradicts the first: keep one", line);
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
