import type { IncomingMessage } from "node:http";

/** 10 MB: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const bodyBytesMax = 10 * 1024 * 1024;
/** Read so far beyond the limit before the connection is cut: a client that is still sending seldom sees an answer. */
const discardedBytesMax = 64 * 1024 * 1024;

/**
 * The whole body; `too-large` beyond 10 MB, read to its end all the same so that the client hears of it; `gone` if the client
 * left before its end.
 */
export async function readBody(message: IncomingMessage): Promise<Buffer | "too-large" | "gone"> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of message as AsyncIterable<Buffer>) {
      length += part.length;
      if (length <= bodyBytesMax) parts.push(part);
      else parts.length = 0;
      if (length > discardedBytesMax) return "gone";
    }
  } catch {
    // The only errors of an incoming message are those of its connection.
    return "gone";
  }
  return length > bodyBytesMax ? "too-large" : Buffer.concat(parts, length);
}

export const announcesTooMuch = ({ headers }: IncomingMessage) =>
  Number(headers["content-length"] ?? 0) > bodyBytesMax;
