import type { IncomingMessage } from "node:http";

/** 10 MB: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const bodyBytesMax = 10 * 1024 * 1024;
/**
 * A larger body is read, but not kept, up to this size, because a client that still sends may miss a
 * response.
 */
const readBytesMax = 10 * bodyBytesMax;

/** A body beyond 10 MB, with the number of bytes received or announced. */
export class TooLarge {
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/**
 * Resolves to the whole body, or to TooLarge beyond 10 MB, after most bodies are read to their end so that
 * the client gets the response. Resolves to `gone` if the client left first.
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

/** Returns TooLarge if the Content-Length exceeds the limit. */
export function announcedTooLarge(message: IncomingMessage): TooLarge | undefined {
  const bytes = announcedBytes(message);
  return bytes > bodyBytesMax ? new TooLarge(bytes) : undefined;
}
