import { PersisterError } from "../errors.ts";
import type { Permission, Scope } from "../ports.ts";

/** Who lists, creates or revokes tokens. */
export interface Caller {
  /** The id of the caller's own token. */
  readonly id: string;
  readonly permissions: readonly Permission[];
  readonly requestId: string;
}

const holds = ({ permissions }: Caller, scope: Scope, streamer: string) =>
  permissions.some(each => each.scope === scope && (each.streamer === "*" || each.streamer === streamer));

/** Returns whether the caller may see, create and revoke a streamer's tokens. */
export const administers = (caller: Caller, streamer: string) => holds(caller, "admin", streamer);

/** Throws `forbidden` unless the caller administers the streamer and has each of the scopes on it. */
export function assertMayGive(caller: Caller, streamer: string, scopes: readonly Scope[]): void {
  const lacking = (["admin", ...scopes] as const).find(scope => !holds(caller, scope, streamer));
  if (lacking === undefined) return;
  const where = streamer === "*" ? "all streamers" : `the streamer ${streamer}`;
  throw new PersisterError(
    "forbidden",
    lacking === "admin"
      ? `The token does not have the scope \`admin\` on ${where}.`
      : `The token cannot give the scope \`${lacking}\` on ${where}, as it does not have it.`,
  );
}
