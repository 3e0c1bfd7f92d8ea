import { answerBytesMax, streamsNamedMax } from "../persister/limits.ts";

/** Records by stream, as members of an answer. */
export interface StreamMembers {
  readonly streams: Record<string, number>;
  /** All there are, where `streams` names only the first hundred. */
  readonly streamsTotal?: number;
}

/** A UTF-16 unit of the body is an escape of two bytes in Lambda's result, or up to three bytes of UTF-8. */
const bytesPerUnitMax = 3;

/** The answer's text that `write` makes of the streams: of the first hundred and their number, where that of all would not fit. */
export function fitting(
  streams: ReadonlyMap<string, number>,
  write: (members: StreamMembers) => string,
): string {
  const text = write({ streams: Object.fromEntries(streams) });
  const fits =
    text.length * bytesPerUnitMax <= answerBytesMax ||
    Buffer.byteLength(JSON.stringify(text)) <= answerBytesMax;
  if (fits) return text;
  const first = [...streams].slice(0, streamsNamedMax);
  return write({ streams: Object.fromEntries(first), streamsTotal: streams.size });
}
