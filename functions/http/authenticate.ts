import { createHash, timingSafeEqual } from "node:crypto";
import { PersisterError } from "../persister/errors.ts";

/** What a token may do. */
export type Scope = "write" | "read" | "admin";

export interface Tokens {
  /** Writes and reads. */
  readonly writer: string;
  /** May all; nobody may if there is none. */
  readonly admin: string | undefined;
}

const digest = (text: string) => createHash("sha256").update(text).digest();
// Digests are of one length, so that comparing them does not tell the token's.
const isSame = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));

/**
 * Checks `Authorization: Bearer …` (RFC 6750) against the tokens there are, in a time that tells nothing of them. Throws
 * `unauthorized`, in the same words whatever is wrong, and `forbidden` where the token is right and lacks the scope.
 */
export async function authenticate(
  headers: Headers,
  scope: Scope,
  expected: () => Promise<Tokens>,
): Promise<void> {
  const token = /^Bearer +([^ ]+) *$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const { writer, admin } = await expected();
  const [isWriter, isAdmin] = [isSame(token, writer), isSame(token, admin ?? "") && token !== ""];
  if (!isWriter && !isAdmin) {
    throw new PersisterError(
      "unauthorized",
      "The token is missing or wrong. Send `Authorization: Bearer <token>`.",
    );
  }
  if (scope === "admin" && !isAdmin) {
    throw new PersisterError(
      "forbidden",
      "Changing a bookmark by hand wants the administrator's token: `adminToken` of the secret.",
    );
  }
}
