import type { Row, Streamers } from "../functions/page/answers.ts";
import { readFleet } from "../functions/page/fleet.ts";
import { ranked } from "../functions/page/ranking.ts";
import { jsonOf, type Server, sendRequest, strangerError } from "./endpoint.ts";

/** Resolves to a path's JSON. Rejects with CliError, also if it lacks `member`, which is a list. */
export async function readPage<T>(server: Server, path: string, member: keyof T & string): Promise<T> {
  const { text } = await sendRequest(server, { method: "GET", path });
  const page = jsonOf(text, server) as T | null;
  if (!Array.isArray(page?.[member])) throw strangerError(server);
  return page!;
}

/** Returns the query of a path: members without a value are left out. */
export function queryOf(members: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members))
    if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? "" : `?${query}`;
}

/** Resolves to all streamers that the token may read, worst first. Rejects with CliError. */
export async function readStreamers(server: Server): Promise<readonly Row[]> {
  const read = (query: Parameters<typeof queryOf>[0]) =>
    readPage<Streamers>(server, `/streamers${queryOf(query)}`, "streamers");
  let rows: Iterable<Row> = [];
  for await (const fleet of readFleet(read)) rows = fleet.rows.values();
  return ranked(rows, server.ports.clock.now());
}
