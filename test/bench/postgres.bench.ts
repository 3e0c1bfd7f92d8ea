import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import pg from "pg";
import { addressOf } from "../../functions/postgres/address.ts";
import { Session } from "../../functions/postgres/connection.ts";
import { readSettings } from "../../infra/local/settings.ts";
import { startStack } from "../../infra/local/stack.ts";
import { type Server, serverIn, stopServerIn } from "../postgres/server.ts";

/**
 * From POST to commit in PostgreSQL: rows per second of CPU of endpoint and server together, against a COPY
 * of the same rows, and for rows with keys the same `insert … on conflict` after it, as psql would do with
 * `\copy`. The endpoint's share has HTTP, gunzip, its archive and its table, all in this process.
 */
const rows = 240_000;
const rowsInBody = 20_000;
const rounds = 3;
const token = "bench";
const ticksPerSecond = 100;
const dir = mkdtempSync(join(tmpdir(), "persister-bench-postgres-"));
process.once("exit", () => {
  stopServerIn(dir);
  rmSync(dir, { recursive: true, force: true });
});
const server = await serverIn(dir);
const client = new pg.Client({ connectionString: server.url });
await client.connect();

const valuesOf = (n: number) =>
  [n, `Customer ${n}`, n % 97, `${n}.25`, n % 3 === 0, new Date(1.5e12 + n * 1e3)] as const;

function bodies(stream: string, keys: readonly string[]): Buffer[] {
  const properties = {
    id: { type: "integer" },
    name: { type: "string" },
    count: { type: "integer" },
    total: { type: "number" },
    open: { type: "boolean" },
    at: { type: "string", format: "date-time" },
  };
  const head = JSON.stringify({ type: "SCHEMA", stream, key_properties: keys, schema: { properties } });
  return Array.from({ length: rows / rowsInBody }, (_, body) => {
    const lines = Array.from({ length: rowsInBody }, (__, i) => {
      const [id, name, count, total, open, at] = valuesOf(body * rowsInBody + i);
      const numbers = `"id":${id},"name":"${name}","count":${count},"total":${total}`;
      const data = `{${numbers},"open":${open},"at":"${at.toISOString()}"}`;
      return `{"type":"RECORD","stream":"${stream}","record":${data}}`;
    });
    return gzipSync(`${[head, ...lines].join("\n")}\n`, { level: 1 });
  });
}

const copyText = Buffer.from(
  Array.from({ length: rows }, (_, n) => {
    const [id, name, count, total, open, at] = valuesOf(n);
    const own = [10n ** 18n + BigInt(n), "2026-01-01T00:00:00Z", "delivery"];
    return `${[id, name, count, total, open, at.toISOString(), ...own].join("\t")}\n`;
  }).join(""),
);
const columns = `id bigint, name text, count bigint, total numeric, open boolean, at timestamptz,
  _sdc_sequence bigint not null, _sdc_received_at timestamptz not null,
  _sdc_delivery text collate "C" not null`;
const names = "id, name, count, total, open, at, _sdc_sequence, _sdc_received_at, _sdc_delivery";

/** CPU time of the server's processes, living and ended, s. */
function serverSeconds({ pid }: Server): number {
  let ticks = 0;
  for (const each of readdirSync("/proc").filter(name => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${each}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const own = Number(fields[11]) + Number(fields[12]);
      if (Number(each) === pid) ticks += own + Number(fields[13]) + Number(fields[14]);
      else if (Number(fields[1]) === pid) ticks += own;
    } catch {
      // It has ended meanwhile: the server has its time now.
    }
  }
  return ticks / ticksPerSecond;
}

async function cost(work: () => Promise<void>): Promise<{ readonly own: number; readonly server: number }> {
  globalThis.gc?.();
  const [own, before] = [process.cpuUsage(), serverSeconds(server)];
  await work();
  const { user, system } = process.cpuUsage(own);
  return { own: (user + system) / 1e6, server: serverSeconds(server) - before };
}

async function reference(isKeyed: boolean): Promise<void> {
  const key = isKeyed ? "id" : "_sdc_delivery, _sdc_sequence";
  await client.query(
    `drop table if exists reference; create table reference (${columns}, primary key (${key}))`,
  );
  const session = new Session(addressOf(server.url));
  const updated = names.split(", ").filter(name => name !== "id");
  const insert = `insert into reference as t (${names}) select distinct on (id) ${names} from batch
    order by id, _sdc_sequence desc
    on conflict (id) do update set ${updated.map(name => `${name} = excluded.${name}`).join(", ")}
    where excluded._sdc_sequence > t._sdc_sequence`;
  await session.transaction(600_000, async connection => {
    if (!isKeyed) return void (await connection.copy(`copy reference (${names}) from stdin`, [copyText]));
    const temporary = `create temp table batch (${columns}) on commit drop`;
    await connection.copy(`${temporary}; copy batch (${names}) from stdin; ${insert}`, [copyText]);
  });
  await session.end();
}

const stack = await startStack(
  readSettings({ DATA_DIR: join(dir, "data"), PORT: "0", PERSISTER_TOKEN: token, POSTGRES_URL: server.url }),
);
let streams = 0;

async function deliver(sent: readonly Buffer[]): Promise<void> {
  // The connection of the last round may have been closed for its silence.
  const greet = () => fetch(`${stack.url}/v1/health`).then(each => each.arrayBuffer());
  await greet().catch(greet);
  for (const body of sent) {
    const response = await fetch(`${stack.url}/v1/streamers/bench`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-encoding": "gzip",
        "content-type": "application/octet-stream",
      },
      body,
    });
    if (response.status !== 200) throw new Error(await response.text());
    await response.arrayBuffer();
  }
}

console.log("\nPostgreSQL, rows per s of CPU    POST to commit   of it endpoint   COPY alone   share");
for (const [name, keys] of [
  ["with keys", ["id"]],
  ["without keys", []],
] as const) {
  const shares = [];
  for (let round = 0; round < rounds; round++) {
    const sent = bodies(`bench_${streams++}`, keys);
    const ours = await cost(() => deliver(sent));
    const theirs = await cost(() => reference(keys.length > 0));
    const [all, alone] = [ours.own + ours.server, theirs.own + theirs.server];
    shares.push({ ours, all, alone, share: alone / all });
  }
  const { ours, all, alone, share } = shares.sort((left, right) => left.share - right.share)[rounds >> 1]!;
  const rate = (seconds: number) => String(Math.round(rows / seconds)).padStart(10);
  const part = `${Math.round((100 * ours.own) / all)} %`.padStart(16);
  console.log(
    name.padEnd(30) + rate(all).padStart(17) + part + rate(alone).padStart(13) + share.toFixed(2).padStart(8),
  );
}
await stack.close();
await client.end();
