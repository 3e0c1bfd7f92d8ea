import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { openDatabase } from "./database.ts";

/**
 * `persist` sends 120,000 rows with keys and 12,000 without, while the endpoint and the server's connections
 * are killed twenty times. In the end each row is there once, and the bookmark is the last.
 */
const keyed = 120_000;
const keyless = 12_000;
const between = 2_000;
const kills = 20;
const token = "a-token";

function stream(): string {
  const lines = ['{"type":"SCHEMA","stream":"k","key_properties":["id"],"schema":{"type":"object"}}'];
  for (let n = 1; n <= keyed; n++) {
    lines.push(`{"type":"RECORD","stream":"k","record":{"id":${n},"name":"row ${n}"}}`);
    if (n % (keyed / keyless) === 0) lines.push(`{"type":"RECORD","stream":"l","record":{"n":${n}}}`);
    if (n % between === 0) lines.push(`{"type":"STATE","value":{"n":${n}}}`);
  }
  return `${lines.join("\n")}\n`;
}

const freePort = () =>
  new Promise<number>(resolve => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const ended = (child: ChildProcess) =>
  new Promise<number | null>(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once("exit", resolve);
  });

function start(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", ...args], {
    stdio: "ignore",
    env: { ...process.env, ...env },
  });
}

it("rows survive twenty kills of the endpoint and of the connections, and none is there twice", async () => {
  const database = await openDatabase();
  const dir = await mkdtemp(join(tmpdir(), "persister-killed-"));
  const file = join(dir, "stream");
  await writeFile(file, stream());
  const port = await freePort();
  const name = "killed";
  const env = {
    POSTGRES_URL: `${database.url}?application_name=${name}`,
    POSTGRES_SCHEMA: database.schema,
    DATA_DIR: join(dir, "data"),
    PORT: `${port}`,
    PERSISTER_TOKEN: token,
    PERSIST_TOKEN: token,
  };
  let endpoint = start(["infra/local/start.ts"], env);
  const tap = ["node", "test/postgres/resumable-tap.mjs", file];
  const flags = ["--endpoint", `http://127.0.0.1:${port}`, "--streamer", "s", "--state"];
  let runs = 0;
  const run = async () => {
    do runs++;
    while ((await ended(start(["cli/persist.ts", ...flags, "--", ...tap], env))) !== 0);
  };
  let isDone = false;
  const running = run().finally(() => {
    isDone = true;
  });
  let kill = 0;
  for (; kill < kills && !isDone; kill++) {
    await setTimeout(500 + Math.random() * 1_500);
    if (kill % 2 === 0) {
      endpoint.kill("SIGKILL");
      await ended(endpoint);
      endpoint = start(["infra/local/start.ts"], env);
    } else
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
      );
  }
  expect(kill).toBe(kills);
  await running;
  const bookmark = await fetch(`http://127.0.0.1:${port}/v1/streamers/s/bookmark`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await bookmark.json()).toEqual({ n: keyed });
  expect(await database.query("select count(*), max(id) from k")).toEqual([
    { count: `${keyed}`, max: `${keyed}` },
  ]);
  const [row] = await database.query("select count(*), count(distinct n) as numbers from l");
  expect(row!.numbers).toBe(`${keyless}`);
  // A second run of the tap repeats records since the last bookmark, in deliveries of its own.
  if (runs === 1) expect(row!.count).toBe(`${keyless}`);
  const twice = "select 1 from l group by _sdc_delivery, _sdc_sequence having count(*) > 1";
  expect(await database.query(twice)).toEqual([]);
  endpoint.kill("SIGTERM");
  await ended(endpoint);
  await database.close();
  await rm(dir, { recursive: true, force: true });
});
