import { PersisterError } from "../persister/errors.ts";
import { wireBytesMax } from "../persister/limits.ts";
import type { HttpRequest } from "./http-message.ts";

/** A body and how it was sent. `fault` is refused once the body is archived. */
export interface ReceivedBody {
  readonly body: Uint8Array;
  readonly gzipped: boolean;
  readonly fault: PersisterError | undefined;
}

/** Takes the body off a request. Throws `body-too-large`. */
export function receiveBody({ headers, body, bodyIsText }: HttpRequest): ReceivedBody {
  if (body.length > wireBytesMax) throw bodyTooLarge(body.length);
  const coding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  const gzipped = coding === "gzip" || coding === "x-gzip";
  return { body, gzipped, fault: codingFault(coding, gzipped, bodyIsText) };
}

/** What is wrong with a body of so many bytes. */
export const bodyTooLarge = (bytes: number) =>
  new PersisterError(
    "body-too-large",
    `The body has ${bytes} bytes and may have ${wireBytesMax}. Send it gzipped, or in several bodies cut behind a bookmark.`,
    { limit: wireBytesMax, actual: bytes },
  );

function codingFault(coding: string, gzipped: boolean, bodyIsText: boolean): PersisterError | undefined {
  if (!gzipped && coding !== "identity") {
    return new PersisterError(
      "unsupported-encoding",
      "An unknown Content-Encoding. Send the body gzipped, with `Content-Encoding: gzip`, or as it is.",
    );
  }
  if (gzipped && bodyIsText) {
    // API Gateway hands a body over as text by its Content-Type, and no gzip survives that.
    return new PersisterError(
      "unsupported-encoding",
      "The gzip body came as text, its bytes destroyed on the way. Send it with `Content-Type: application/octet-stream`.",
    );
  }
  return undefined;
}
