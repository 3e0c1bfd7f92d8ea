import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoTokenStore } from "../../functions/aws/token-store.ts";
import { allPermissions } from "../../functions/http/authorize.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import type { Scope } from "../../functions/persister/ports.ts";
import * as tokens from "../../functions/persister/tokens/tokens.ts";
import { CommandError } from "../run-command.ts";

export interface TokenTable {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Write access to the table is every right on its tokens. */
const caller = { id: "operator", permissions: allPermissions, requestId: "" };
const millisecondsMax = 30_000;

const given = () => ({ caller, deadline: Date.now() + millisecondsMax });
const partsOf = (place: TokenTable): tokens.TokenParts => ({
  tokens: dynamoTokenStore(place),
  clock: Date,
  // The command's output says what it changed.
  observer: { onTokenChange: () => {} },
});

/**
 * Creates a token of 256 random bits. Rejects with CommandError if two live tokens have one of the scopes on
 * the streamer already.
 */
export async function createToken(
  grant: {
    readonly streamer: string;
    readonly scopes: readonly Scope[];
    readonly validUntil: number | undefined;
  },
  place: TokenTable,
): Promise<{ readonly id: string; readonly token: string }> {
  const { token, listed } = await asCommand(tokens.createToken({ ...given(), ...grant }, partsOf(place)));
  return { id: listed.id, token };
}

/** Lists all tokens, oldest first. */
export async function listTokens(place: TokenTable): Promise<readonly tokens.ListedToken[]> {
  const page = { after: "", limit: Number.MAX_SAFE_INTEGER };
  return (await asCommand(tokens.listTokens({ ...given(), ...page }, partsOf(place)))).tokens;
}

/** Revokes a token immediately. Rejects with CommandError if no token has this id. */
export const revokeToken = (id: string, place: TokenTable): Promise<void> =>
  asCommand(tokens.revokeToken({ ...given(), id }, partsOf(place)));

/** Rejects with CommandError for what the operator can fix. */
const asCommand = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    if (!(error instanceof PersisterError)) throw error;
    throw new CommandError([error.message, error.details.hint].filter(Boolean).join(" "));
  });
