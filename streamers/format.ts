import transit from "transit-js";
import type { Bookmark, Message } from "./streamer.ts";

export type FormatName = "jsonline" | "transit" | "singer";

/** How a stitchstream's messages are written: docs/format.md. */
export interface Format {
  /** What stands before the first message. */
  readonly header: string;
  /** A message's line, with its newline. */
  line(message: Message): string;
}

const header = (contentType: string) => `stitchstream/0.1\nContent-Type: ${contentType}\n--\n`;

// Without a cache: transit-js's own keeps a name like `__proto__` in Object.prototype.
const transitWriter = transit.writer("json", { cache: false });
const transitReader = transit.reader("json", {
  mapBuilder: {
    init: () => new Map<string, unknown>(),
    add: (map: Map<string, unknown>, name: string, value: unknown) => map.set(name, value),
    finalize: (map: Map<string, unknown>) => Object.fromEntries(map),
  },
});

export const formats: Readonly<Record<FormatName, Format>> = {
  // A Date's JSON is its text of RFC 3339.
  jsonline: {
    header: header("jsonline"),
    line: message => `${JSON.stringify(fieldsOf(message, "BOOKMARK"))}\n`,
  },
  transit: {
    header: header("transit"),
    line: message => `${transitWriter.write(fieldsOf(message, "BOOKMARK"))}\n`,
  },
  singer: { header: "", line: message => `${JSON.stringify(fieldsOf(message, "STATE"))}\n` },
};

function fieldsOf(message: Message, bookmarkType: "BOOKMARK" | "STATE"): object {
  switch (message.type) {
    case "SCHEMA": {
      const { name: stream, schema, keys } = message.table;
      return { type: "SCHEMA", stream, schema, key_properties: keys };
    }
    case "RECORD":
      return { type: "RECORD", stream: message.table.name, record: message.record };
    case "BOOKMARK":
      return { type: bookmarkType, value: message.value };
  }
}

/** Reads a bookmark that any of the formats wrote. Throws for other text. */
export function bookmarkOf(text: string): Bookmark {
  const value: unknown = text.startsWith("[") ? transitReader.read(text) : JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("a map is wanted, with a place for each source");
  return value as Bookmark;
}
