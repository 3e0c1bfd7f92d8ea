import type { IncomingMessage } from "node:http";

/** 10 MB: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const bodyBytesMax = 10 * 1024 * 1024;
/** Read so far at most, though no longer kept: a client that is still sending may not see its answer. */
const readBytesMax = 10 * bodyBytesMax;

/** A body beyond 10 MB: how many bytes came, or were announced. */
export class TooLarge {
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/**
 * The whole body; TooLarge beyond 10 MB, most often read to its end all the same, so that the client hears of it; `gone` if
 * the client left before its end.
 */
export async function readBody(message: IncomingMessage): Promise<Buffer | TooLarge | "gone"> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of message as AsyncIterable<Buffer>) {
      length += part.length;
      if (length <= bodyBytesMax) parts.push(part);
      else parts.length = 0;
      if (length > readBytesMax) return new TooLarge(Math.max(length, announcedBytes(message)));
    }
  } catch {
    // The only errors of an incoming message are those of its connection.
    return "gone";
  }
  return length > bodyBytesMax ? new TooLarge(length) : Buffer.concat(parts, length);
}

const announcedBytes = ({ headers }: IncomingMessage) => Number(headers["content-length"] ?? 0);

/** A body that says itself that it is too large. */
export function announcedTooLarge(message: IncomingMessage): TooLarge | undefined {
  const bytes = announcedBytes(message);
  return bytes > bodyBytesMax ? new TooLarge(bytes) : undefined;
}
