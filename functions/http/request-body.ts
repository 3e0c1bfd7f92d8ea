import { PersisterError } from "../persister/errors.ts";
import { eventBytesMax, wireBytesMax } from "../persister/limits.ts";
import { grouped } from "../values/grouped.ts";
import type { HttpRequest } from "./http-message.ts";

/** A body and how it was sent. A `fault` is refused after the body is archived. */
export interface ReceivedBody {
  readonly body: Uint8Array;
  readonly gzipped: boolean;
  readonly fault: PersisterError | undefined;
}

/** Returns a request's body. Throws `body-too-large`. */
export function receiveBody({ headers, body, bodyIsText }: HttpRequest): ReceivedBody {
  if (body.length > wireBytesMax) throw bodyTooLarge(body.length);
  const coding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  const gzipped = coding === "gzip" || coding === "x-gzip";
  return { body, gzipped, fault: codingFault(coding, gzipped, bodyIsText) };
}

/** Returns the error for a body of so many bytes. */
export const bodyTooLarge = (bytes: number) =>
  new PersisterError(
    "body-too-large",
    `The body has ${bytes} bytes on the wire; the limit is ${wireBytesMax}.`,
    { limit: wireBytesMax, actual: bytes },
  );

/** Returns the error for a body of a text type that, escaped into Lambda's event, makes it too large. */
export const eventTooLarge = (bytes: number) =>
  new PersisterError(
    "body-too-large",
    `As an event this body has ${grouped(bytes)} bytes, ` +
      `and Lambda accepts ${grouped(eventBytesMax)}. Send it as application/octet-stream.`,
    {
      limit: eventBytesMax,
      actual: bytes,
      hint: "Send it with `Content-Type: application/octet-stream`: text types are escaped as JSON.",
    },
  );

function codingFault(coding: string, gzipped: boolean, bodyIsText: boolean): PersisterError | undefined {
  if (!gzipped && coding !== "identity") {
    return new PersisterError("unsupported-encoding", "The Content-Encoding is unknown.", {
      hint: "Send the body with `Content-Encoding: gzip`, or uncompressed.",
    });
  }
  if (gzipped && bodyIsText) {
    // API Gateway decides by the Content-Type that a body is text, and text conversion destroys gzip.
    return new PersisterError(
      "unsupported-encoding",
      "The gzip body was sent with a text Content-Type, which destroyed its bytes.",
      { hint: "Send it with `Content-Type: application/octet-stream`." },
    );
  }
  return undefined;
}
