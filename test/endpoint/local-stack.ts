import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Clock } from "../../functions/persister/ports.ts";
import { queryRows } from "../../infra/local/import-api/tables.ts";
import { readSettings } from "../../infra/local/settings.ts";
import { type Stack, startStack, type Variant } from "../../infra/local/stack.ts";
import { bundlesFor } from "../bundles/bundles.ts";

export const token = "a-token";

/** The real clock, except that sleeping takes no time: retries are immediate. */
const eager: Clock = { now: Date.now, sleep: () => Promise.resolve() };

export interface LocalStack extends Stack {
  readonly dataDir: string;
}

/**
 * A stack with its own folder and port, removed on close. The functions run from source in this process or,
 * with HANDLERS=bundles, from dist/ in processes of their own, except for tests that inject what a process
 * can't have.
 */
export async function startTestStack(
  env: Record<string, string> = {},
  variant: Variant = {},
): Promise<LocalStack> {
  const dataDir = await mkdtemp(join(tmpdir(), "persister-"));
  const settings = readSettings({ DATA_DIR: dataDir, PORT: "0", PERSISTER_TOKEN: token, ...env });
  const inBundles = process.env.HANDLERS === "bundles" && Object.keys(variant).length === 0;
  const functions = inBundles ? { lambda: bundlesFor(settings) } : { clock: eager };
  const stack = await startStack(settings, { ...functions, ...variant });
  const close = async () => {
    await stack.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ...stack, dataDir, close };
}

/** The whole stack for a test file. */
export function useStack(): () => LocalStack {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack.close());
  return () => stack;
}

const authorization = { authorization: `Bearer ${token}` };

export function post(
  stack: Stack,
  streamer: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
) {
  return fetch(`${stack.url}/v1/streamers/${streamer}`, {
    method: "POST",
    headers: { ...authorization, "content-type": "application/x-www-form-urlencoded", ...headers },
    body,
  });
}

export const get = (stack: Stack, path: string, headers: Record<string, string> = {}) =>
  fetch(`${stack.url}${path}`, { headers: { ...authorization, ...headers } });

export const getBookmark = (stack: Stack, streamer: string, headers: Record<string, string> = {}) =>
  get(stack, `/v1/streamers/${streamer}/bookmark`, headers);

export const rows = (stack: LocalStack, sql: string) => queryRows(join(stack.dataDir, "import-api"), sql);

export const transit = (...lines: string[]) =>
  `stitchstream/0.1\nContent-Type: transit\n--\n${lines.join("\n")}\n`;
export const jsonline = (...lines: (string | object)[]) =>
  ["stitchstream/0.1", "Content-Type: jsonline", "--", ...lines]
    .map(line => `${typeof line === "string" ? line : JSON.stringify(line)}\n`)
    .join("");

export const record = (stream: string, fields: object, keyFields?: string[]) => ({
  type: "RECORD",
  stream,
  ...(keyFields && { key_fields: keyFields }),
  record: fields,
});
export const bookmark = (value: unknown) => ({ type: "BOOKMARK", value });
