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
    `The body has ${bytes} bytes on the wire; the limit is ${wireBytesMax}.`,
    { limit: wireBytesMax, actual: bytes },
  );

function codingFault(coding: string, gzipped: boolean, bodyIsText: boolean): PersisterError | undefined {
  if (!gzipped && coding !== "identity") {
    return new PersisterError("unsupported-encoding", "The Content-Encoding is unknown.", {
      hint: "Send the body with `Content-Encoding: gzip`, or uncompressed.",
    });
  }
  if (gzipped && bodyIsText) {
    // API Gateway hands a body over as text by its Content-Type, and no gzip survives that.
    return new PersisterError(
      "unsupported-encoding",
      "The gzip body was sent with a text Content-Type, which destroyed its bytes.",
      { hint: "Send it with `Content-Type: application/octet-stream`." },
    );
  }
  return undefined;
}
