import * as z from "zod";
import { CliError, exits, usageError } from "./cli-error.ts";
import { jsonOf, type Server, sendRequest, strangerError } from "./endpoint.ts";
import { tableOf } from "./table.ts";
import type { View } from "./text.ts";

const usage = `persist token create --streamer <name or '*'> --scope write,read,admin [--expires 90d]
persist token list [--json]
persist token revoke <id>`;

const tokenSchema = z.object({
  id: z.string(),
  streamer: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  usedOn: z.string().optional(),
  live: z.boolean(),
});
type Token = z.infer<typeof tokenSchema>;
const newTokenSchema = z.object({ ...tokenSchema.shape, token: z.string() });
const pageSchema = z.object({ next: z.string().optional(), tokens: z.array(tokenSchema) });

interface TokenFlags {
  readonly streamer: string | undefined;
  readonly scope?: string | undefined;
  readonly expires?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Runs `persist token …`. Resolves to what it prints. Rejects with CliError. */
export async function runTokenCommand(
  server: Server,
  flags: TokenFlags,
  [action, id, ...more]: readonly string[],
  view: View,
): Promise<string> {
  if (action === "create" && id === undefined) return create(server, flags);
  if (action === "list" && id === undefined) return list(server, flags.json, view);
  if (action === "revoke" && id !== undefined && more.length === 0) return revoke(server, id);
  throw usageError(usage);
}

async function create(server: Server, { streamer, scope = "", expires, json }: TokenFlags): Promise<string> {
  if (streamer === undefined) throw usageError("--streamer is required: a streamer's name, or '*' for all.");
  if (scope === "") throw usageError("--scope is required: one or more of write, read and admin.");
  const scopes = scope.split(",").map(each => each.trim());
  const body = JSON.stringify({ streamer, scopes, expires: expires && durationOf(expires) });
  const { text } = await sendRequest(server, {
    method: "POST",
    path: "/tokens",
    headers: { "content-type": "application/json" },
    body: Buffer.from(body),
    // Another attempt would create another token.
    retry: false,
  }).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.exitCode !== exits.unavailable) throw error;
    const advice = "The token may have been created: see persist token list, and revoke it if it is there.";
    throw new CliError(`${error.message} ${advice}`, error.exitCode);
  });
  const { id, token } = parsed(newTokenSchema, text, server);
  if (json === true) return text;
  return `The token ${id}, which is shown only once:\n\n  ${token}\n`;
}

function parsed<T>(schema: z.ZodType<T>, text: string, server: Server): T {
  const result = schema.safeParse(jsonOf(text, server));
  if (!result.success) throw strangerError(server);
  return result.data;
}

function durationOf(expires: string): string {
  const days = Number(/^(\d{1,5})d$/.exec(expires)?.[1] ?? 0);
  if (days === 0) throw usageError(`--expires must be a number of days, such as 90d, not ${expires}.`);
  return `P${days}D`;
}

async function list(server: Server, json: boolean | undefined, view: View): Promise<string> {
  const tokens: Token[] = [];
  for (let after = ""; ; ) {
    const path = `/tokens?limit=100${after && `&after=${encodeURIComponent(after)}`}`;
    const { text } = await sendRequest(server, { method: "GET", path });
    const page = parsed(pageSchema, text, server);
    tokens.push(...page.tokens);
    if (page.next === undefined) break;
    after = page.next;
  }
  if (json === true) return JSON.stringify({ tokens }, undefined, 2);
  if (tokens.length === 0) return "There is no token.";
  return tableOf(columns, tokens.map(rowOf), view);
}

const columns = [
  { name: "id" },
  { name: "streamer", min: 8 },
  { name: "scopes", min: 5 },
  { name: "created", drop: 3 },
  { name: "expires", drop: 1 },
  { name: "last used", drop: 2 },
  { name: "live", drop: 4 },
] as const;

const rowOf = ({ id, streamer, scopes, createdAt, expiresAt, usedOn, live }: Token) => ({
  id,
  streamer,
  scopes: scopes.join(","),
  created: dayOf(createdAt),
  expires: expiresAt === undefined ? "never" : dayOf(expiresAt),
  "last used": usedOn ?? "never",
  live: live ? "yes" : "no",
});

const dayOf = (instant: string) => instant.slice(0, 10);

async function revoke(server: Server, id: string): Promise<string> {
  const accepts: string[] = [];
  await sendRequest(server, {
    method: "DELETE",
    path: `/tokens/${encodeURIComponent(id)}`,
    accepts,
    // An attempt whose answer was lost may have revoked it.
    onRetry: () => accepts.push("no-token"),
  });
  return `The token ${id} is revoked.`;
}
