import { randomBytes } from "node:crypto";
import { allSettled } from "../all-settled.ts";
import { PersisterError } from "../errors.ts";
import type {
  Clock,
  Scope,
  StoredToken,
  TokenChange,
  TokenEntry,
  TokenObserver,
  TokenStore,
} from "../ports.ts";
import { digestOf } from "./digest.ts";
import { administers, assertMayGive, type Caller } from "./permissions.ts";

export interface TokenParts {
  readonly tokens: TokenStore;
  readonly clock: Pick<Clock, "now">;
  readonly observer: TokenObserver;
}

/** A token as it is shown. `isLive` is false once it has expired. */
export type ListedToken = Omit<StoredToken, "digest"> & { readonly isLive: boolean };

const tokenBytes = 32;
const idBytes = 5;
/** Two, so that the next token is in use before the last one is revoked. */
const liveMax = 2;
const readsAtOnce = 32;

/** Secret scanners can recognize the prefix. */
const newToken = () => `persister_${randomBytes(tokenBytes).toString("base64url")}`;

/**
 * Creates a token of 256 random bits, and resolves to it and to its value, which is not stored. Rejects with
 * `forbidden` if the caller does not have each of the scopes and `admin` on the streamer, with
 * `too-many-tokens` if two live tokens have one of the scopes on it already, and with `tokens-unavailable`.
 */
export async function createToken(
  {
    caller,
    streamer,
    scopes: named,
    validUntil,
    deadline,
  }: {
    readonly caller: Caller;
    /** A name, or `*` for all streamers. */
    readonly streamer: string;
    readonly scopes: readonly Scope[];
    /** ms since the epoch; undefined: it does not expire. */
    readonly validUntil: number | undefined;
    readonly deadline: number;
  },
  parts: TokenParts,
): Promise<{ readonly token: string; readonly listed: ListedToken }> {
  const scopes = [...new Set(named)];
  assertMayGive(caller, streamer, scopes);
  await assertRoom({ streamer, scopes, deadline }, parts);
  const [token, id] = [newToken(), randomBytes(idBytes).toString("hex")];
  const createdAt = parts.clock.now();
  const stored = { digest: digestOf(token), id, streamer, scopes, createdAt, validUntil, usedOn: undefined };
  const isCreated = await audited(changeOf("create", stored, caller), parts, () =>
    parts.tokens.create(stored, deadline),
  );
  if (!isCreated)
    throw new PersisterError("tokens-unavailable", `The new token ${id} was revoked meanwhile.`);
  return { token, listed: listedToken(stored, createdAt) };
}

/** Rejects with `too-many-tokens` if two live tokens have one of the scopes on the streamer. */
async function assertRoom(
  { streamer, scopes, deadline }: Pick<StoredToken, "streamer" | "scopes"> & { readonly deadline: number },
  { tokens, clock }: TokenParts,
): Promise<void> {
  const entries = await entriesWith(entry => entry.streamer === streamer, tokens, deadline);
  const others = await readAll(entries, tokens, deadline);
  const alike = others.filter(
    other => isLiveAt(other, clock.now()) && other.scopes.some(scope => scopes.includes(scope)),
  );
  if (alike.length < liveMax) return;
  const ids = alike.map(({ id }) => id).join(" or ");
  const which = streamer === "*" ? "All streamers" : `The streamer ${streamer}`;
  const verb = streamer === "*" ? "have" : "has";
  throw new PersisterError(
    "too-many-tokens",
    `${which} already ${verb} two live tokens with one of these scopes.`,
    { hint: `Revoke ${ids} first.` },
  );
}

/**
 * Lists the tokens on the streamers on which the caller has `admin`, oldest first, after the cursor `after`.
 * A token that is created or revoked meanwhile moves no other one to another page. Rejects with
 * `tokens-unavailable`.
 */
export async function listTokens(
  {
    caller,
    after,
    limit,
    deadline,
  }: {
    readonly caller: Caller;
    /** `next` of the previous page; empty for the first one. */
    readonly after: string;
    readonly limit: number;
    readonly deadline: number;
  },
  { tokens, clock }: Pick<TokenParts, "tokens" | "clock">,
): Promise<{ readonly tokens: readonly ListedToken[]; readonly next: string | undefined }> {
  const entries = await entriesWith(
    entry => administers(caller, entry.streamer) && cursorOf(entry) > after,
    tokens,
    deadline,
  );
  const now = clock.now();
  const listed: ListedToken[] = [];
  for (let at = 0; at < entries.length; ) {
    const some = entries.slice(at, at + limit - listed.length);
    at += some.length;
    const read = await readAll(some, tokens, deadline);
    listed.push(...read.map(token => listedToken(token, now)));
    if (listed.length >= limit && at < entries.length)
      return { tokens: listed, next: cursorOf(some.at(-1)!) };
  }
  return { tokens: listed, next: undefined };
}

/**
 * Revokes a token immediately. Rejects with `no-token` if none has this id, or if the caller does not have
 * `admin` on its streamer, and with `tokens-unavailable`.
 */
export async function revokeToken(
  { caller, id, deadline }: { readonly caller: Caller; readonly id: string; readonly deadline: number },
  parts: TokenParts,
): Promise<void> {
  const { tokens } = parts;
  const isIt = (entry: TokenEntry) => entry.id === id && administers(caller, entry.streamer);
  const [token] = await readAll(await entriesWith(isIt, tokens, deadline), tokens, deadline);
  if (token === undefined) throw new PersisterError("no-token", `There is no token ${id}.`);
  await audited(changeOf("revoke", token, caller), parts, () => tokens.revoke(token.digest, deadline));
}

/** Makes a change, and reports it even if its outcome is unknown. */
async function audited<T>(
  change: Omit<TokenChange, "outcome">,
  { observer }: TokenParts,
  make: () => Promise<T>,
): Promise<T> {
  try {
    const made = await make();
    observer.onTokenChange({ ...change, outcome: "done" });
    return made;
  } catch (error) {
    observer.onTokenChange({ ...change, outcome: "unknown" });
    throw error;
  }
}

function changeOf(
  action: TokenChange["action"],
  { id: token, streamer, scopes, validUntil }: StoredToken,
  { id: by, requestId }: Caller,
): Omit<TokenChange, "outcome"> {
  return { action, token, streamer, scopes, validUntil, by, requestId };
}

/** Resolves to the entries that satisfy a condition, oldest first. */
async function entriesWith(
  isWanted: (entry: TokenEntry) => boolean,
  tokens: TokenStore,
  deadline: number,
): Promise<readonly TokenEntry[]> {
  const found: TokenEntry[] = [];
  for await (const entry of tokens.entries(deadline)) if (isWanted(entry)) found.push(entry);
  return found.sort((a, b) => (cursorOf(a) < cursorOf(b) ? -1 : 1));
}

/** Resolves to the tokens of entries, without those that are being created or revoked. */
async function readAll(
  entries: readonly TokenEntry[],
  tokens: TokenStore,
  deadline: number,
): Promise<readonly StoredToken[]> {
  const found: (StoredToken | undefined)[] = [];
  for (let at = 0; at < entries.length; at += readsAtOnce) {
    const some = entries.slice(at, at + readsAtOnce);
    found.push(...(await allSettled(some.map(({ digest }) => tokens.read(digest, deadline)))));
  }
  return found.filter(token => token !== undefined);
}

const timeDigits = 14;
/** Returns an entry's place in the list. It sorts by the time of creation, and remains valid once revoked. */
const cursorOf = ({ createdAt, id }: TokenEntry) => `${String(createdAt).padStart(timeDigits, "0")}-${id}`;

const isLiveAt = ({ validUntil }: StoredToken, now: number) => validUntil === undefined || validUntil > now;

function listedToken(token: StoredToken, now: number): ListedToken {
  const { digest: _, ...listed } = token;
  return { ...listed, isLive: isLiveAt(token, now) };
}
