import type { Client } from "./client.ts";
import type { Comparison } from "./comparison.ts";
import type { Fault } from "./landed.ts";
import type { Server } from "./server.ts";

const kinds: readonly Fault["kind"][] = ["missing", "twice", "stale", "changed", "ahead"];
const faultsNamedMax = 5;

/** What was done and what came of it, for a person to read. */
export function summary(
  { endpoint, sandbox }: { endpoint: Server; sandbox: Server },
  clients: readonly Client[],
  { requests, records, rows, archived, bookmarks, faults }: Comparison,
): string {
  const sum = (count: (client: Client) => number) =>
    clients.reduce((total, client) => total + count(client), 0);
  const retries = retriesOf(clients);
  const total = retries.reduce((count, [, each]) => count + each, 0);
  const found = kinds.map(kind => `${faults.filter(fault => fault.kind === kind).length} ${kind}`);
  return [
    `${endpoint.kills + sandbox.kills} kills (${endpoint.kills} of the endpoint, ${sandbox.kills} of the Import API), ` +
      `${sum(({ taken }) => taken.length)} deliveries, ${total} retries, ` +
      `${sum(({ replays }) => replays)} replayed receipts, ${sum(({ restarts }) => restarts)} restarts`,
    `retried after: ${retries.map(([code, count]) => `${code} ${count}`).join(", ")}`,
    `${sum(({ position }) => position)} records sent, ${records} landed in ${requests} requests, ` +
      `${rows} rows; ${archived} bodies in the archive; ${bookmarks} bookmarks seen`,
    found.join(", "),
  ].join("\n");
}

/** The first few of each kind, a line each. */
export const firstFaults = (faults: readonly Fault[]): string[] =>
  kinds.flatMap(kind =>
    faults
      .filter(fault => fault.kind === kind)
      .slice(0, faultsNamedMax)
      .map(({ text }) => `${kind}: ${text}`),
  );

/** By answer, the most frequent first. */
function retriesOf(clients: readonly Client[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { retries } of clients)
    for (const [code, count] of retries) counts.set(code, (counts.get(code) ?? 0) + count);
  return [...counts].sort(([, a], [, b]) => b - a);
}
