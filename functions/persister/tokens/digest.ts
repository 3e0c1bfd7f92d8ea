import { createHash } from "node:crypto";

/** Returns the digest by which a token is stored: its SHA-256, hexadecimal. */
export const digestOf = (token: string) => createHash("sha256").update(token).digest("hex");
