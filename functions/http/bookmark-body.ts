import { PersisterError } from "../persister/errors.ts";
import * as limits from "../persister/limits.ts";
import type { Bookmark } from "../persister/store.ts";
import { endingInNewline, readerOf } from "../stitchstream/readers.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { carriageReturn, newline, openBrace, openBracket, space, tab } from "../values/bytes.ts";
import { Malformed } from "../values/scanner.ts";
import { TransitWriter } from "../values/transit-writer.ts";
import { mediaTypes } from "./conversion.ts";
import type { HttpRequest } from "./http-message.ts";

/**
 * Returns the bookmark in a request's body, which is one JSON or transit value. Throws
 * `unsupported-encoding`, `unsupported-type`, `malformed` or `bookmark-too-large`.
 */
export function receiveBookmark({ headers, body }: HttpRequest): Bookmark {
  const encoding = encodingOf(headers);
  const value = onOneLine(body);
  const standalone = new ByteWriter(value.length);
  try {
    readerOf({ encoding }, endingInNewline(value), limits).readAlone(0, new TransitWriter(standalone));
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    throw new PersisterError(
      "malformed",
      `The body is not valid ${mediaTypes[encoding]}: ${cause.message}.`,
      {
        hint: "Send the bookmark as one value.",
        cause,
      },
    );
  }
  if (value.length > limits.bookmarkBytesMax) {
    throw new PersisterError(
      "bookmark-too-large",
      `The bookmark has ${value.length} bytes; the limit is ${limits.bookmarkBytesMax}.`,
      { limit: limits.bookmarkBytesMax, actual: value.length },
    );
  }
  // A bare transit scalar is valid inside a document only.
  const isDocument = encoding === "json" || value[0] === openBracket || value[0] === openBrace;
  return { encoding, value: isDocument ? value : standalone.view() };
}

function encodingOf(headers: Headers): Bookmark["encoding"] {
  if (headers.has("content-encoding")) {
    throw new PersisterError("unsupported-encoding", "A bookmark cannot have a Content-Encoding.", {
      hint: "Send the bookmark uncompressed, without `Content-Encoding`.",
    });
  }
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() === mediaTypes.json) return "json";
  if (type.trim().toLowerCase() === mediaTypes.transit) return "transit";
  throw new PersisterError(
    "unsupported-type",
    `The Content-Type is neither ${mediaTypes.json} nor ${mediaTypes.transit}.`,
  );
}

/**
 * Returns a body without line breaks, as a bookmark is returned as one line. Line breaks are valid between
 * JSON tokens only, where a tab is equivalent; in a string, the reader refuses both.
 */
function onOneLine(body: Uint8Array): Uint8Array {
  const line = body.map(byte => (isBreak(byte) ? tab : byte));
  let [start, end] = [0, line.length];
  while (start < end && isBlank(line[start]!)) start++;
  while (end > start && isBlank(line[end - 1]!)) end--;
  return line.subarray(start, end);
}

const isBreak = (byte: number) => byte === newline || byte === carriageReturn;
const isBlank = (byte: number) => byte === space || byte === tab;
