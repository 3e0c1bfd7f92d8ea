import { createHash, timingSafeEqual } from "node:crypto";
import { PersisterError } from "../persister/errors.ts";

const digest = (text: string) => createHash("sha256").update(text).digest();

/**
 * Checks `Authorization: Bearer …` (RFC 6750) against the one token there is, in a time that tells nothing of it. Throws
 * `unauthorized`, in the same words whatever is wrong.
 */
export async function authenticate(headers: Headers, expected: () => Promise<string>): Promise<void> {
  const token = /^Bearer +([^ ]+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  // Digests are of one length, so that comparing them does not tell the token's.
  const isRight = timingSafeEqual(digest(token ?? ""), digest(await expected()));
  if (token === undefined || !isRight) {
    throw new PersisterError(
      "unauthorized",
      "The token is missing or wrong. Send `Authorization: Bearer <token>`.",
    );
  }
}
