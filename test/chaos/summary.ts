import type { Client } from "./client.ts";
import type { Comparison } from "./comparison.ts";
import { killsAt, killsOf, stepsOf } from "./killer.ts";
import type { Fault } from "./landed.ts";
import type { Victim, VictimName } from "./victim.ts";

const kinds: readonly Fault["kind"][] = ["missing", "twice", "stale", "changed", "ahead"];
const faultsNamedMax = 5;

/** Returns what was done, and the result, for a person to read. */
export function summary(
  victims: readonly Victim[],
  clients: readonly Client[],
  { requests, records, rows, archived, bookmarks, faults }: Comparison,
): string {
  const sum = (count: (client: Client) => number) =>
    clients.reduce((total, client) => total + count(client), 0);
  const retries = retriesOf(clients);
  const total = retries.reduce((count, [, each]) => count + each, 0);
  const found = kinds.map(kind => `${faults.filter(fault => fault.kind === kind).length} ${kind}`);
  return [
    `${victims.reduce((total, { killed }) => total + killed, 0)} kills, ` +
      `${sum(({ taken }) => taken.length)} deliveries, ${total} retries, ` +
      `${sum(({ replays }) => replays)} replayed receipts, ${sum(({ restarts }) => restarts)} restarts`,
    `retried after: ${retries.map(([code, count]) => `${code} ${count}`).join(", ")}`,
    `${sum(({ position }) => position)} records sent, ${records} landed in ${requests} requests, ` +
      `${rows} rows; ${archived} bodies in the archive; ${bookmarks} bookmarks seen`,
    found.join(", "),
    ...killLines(victims),
  ].join("\n");
}

const titles: Readonly<Record<VictimName, string>> = {
  endpoint: "the endpoint",
  sandbox: "the Import API",
  persist: "persist",
  scheduled: "scheduled runs",
};

/** By kind of process, the number of kills at each step. */
const killLines = (victims: readonly Victim[]): string[] =>
  (Object.keys(stepsOf) as VictimName[]).map(name => {
    const own = victims.filter(victim => victim.name === name);
    const steps = new Set(own.flatMap(({ kills }) => [...kills.keys()]));
    const counts = [...steps].map(step => `${step || "between deliveries"} ${killsAt(own, name, step)}`);
    return (
      `killed ${titles[name]} ${killsOf(own, name)} ` +
      `times${name === "sandbox" ? "" : `: ${counts.join(", ")}`}`
    );
  });

/** Steps that should have been hit by a kill, and weren't. */
export const neverKilledAt = (victims: readonly Victim[]): string[] =>
  (Object.keys(stepsOf) as VictimName[]).flatMap(name =>
    stepsOf[name]
      .filter(step => killsAt(victims, name, step) === 0)
      .map(step => `${titles[name]} at ${step}`),
  );

/** The first few of each kind, one per line. */
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
