import type { IncomingMessage } from "node:http";
import { crc32 } from "node:zlib";

/** An error in S3's terms. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Reads a request's object, from `aws-chunked` frames if the SDK streams, and checks its CRC-32. */
export async function readObject(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  const body = Buffer.concat(parts);
  const isFramed = String(message.headers["x-amz-content-sha256"]).startsWith("STREAMING-");
  const { bytes, trailers } = isFramed ? unframe(body) : { bytes: body, trailers: new Map<string, string>() };
  const checksum = trailers.get("x-amz-checksum-crc32") ?? message.headers["x-amz-checksum-crc32"];
  if (checksum !== undefined && checksum !== crc32Of(bytes)) {
    throw new S3Error(400, "BadDigest", "The CRC32 you specified did not match what we received.");
  }
  return bytes;
}

function crc32Of(bytes: Uint8Array): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum.toString("base64");
}

/**
 * `<hex size>[;…]\r\n<bytes>\r\n`, until size 0: docs.aws.amazon.com/AmazonS3, "sigv4-streaming-trailers".
 */
function unframe(body: Buffer): { bytes: Buffer; trailers: Map<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size))
      throw new S3Error(400, "IncompleteBody", "The chunks of the body are broken.");
    at = lineEnd + 2;
    if (size === 0) break;
    chunks.push(body.subarray(at, at + size));
    at += size + 2;
  }
  const lines = body
    .toString("latin1", at)
    .split("\r\n")
    .filter(line => line.includes(":"));
  const trailers = lines.map(
    line => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1)] as const,
  );
  return { bytes: Buffer.concat(chunks), trailers: new Map(trailers) };
}
