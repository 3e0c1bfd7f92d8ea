import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../free-port.ts";
import { type Database, openDatabase } from "./database.ts";
import { type Program, start, streamOf } from "./processes.ts";

/**
 * `persist` sends rows with keys and rows without, while processes and connections are killed. In the end
 * each row is there once, and the bookmark is the last.
 */
const token = "a-token";
let database: Database;
let dir: string;
beforeAll(async () => {
  database = await openDatabase();
  dir = await mkdtemp(join(tmpdir(), "persister-killed-"));
});
afterAll(async () => {
  await database.close();
  await rm(dir, { recursive: true, force: true });
});

async function endpointEnv(name: string) {
  return {
    POSTGRES_URL: `${database.url}?application_name=${name}`,
    POSTGRES_SCHEMA: database.schema,
    DATA_DIR: join(dir, name),
    PORT: `${await freePort()}`,
    PERSISTER_TOKEN: token,
    PERSIST_TOKEN: token,
  };
}

async function bookmarkOf(port: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`http://127.0.0.1:${port}/v1/streamers/s/bookmark`, { headers })).json();
}

const flagsFor = (port: string) => ["--endpoint", `http://127.0.0.1:${port}`, "--streamer", "s", "--state"];
const tapOf = (file: string) => ["--", "node", "test/postgres/resumable-tap.mjs", file];
const twice = "select 1 from l group by _sdc_delivery, _sdc_sequence having count(*) > 1";
const countsOf = async (): Promise<object> => {
  const [row] = await database.query(
    "select (select count(*) from k) as keyed, count(*) as keyless, count(distinct n) as kinds from l",
  );
  return Object.fromEntries(Object.entries(row!).map(([name, value]) => [name, Number(value)]));
};

/** Starts an endpoint, and resolves once it answers. */
async function startEndpoint(env: Awaited<ReturnType<typeof endpointEnv>>): Promise<Program> {
  const endpoint = start(["infra/local/start.ts"], env);
  const answers = () =>
    bookmarkOf(env.PORT).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    const { exitCode, signalCode } = endpoint.child;
    if (exitCode !== null || signalCode !== null) throw new Error((await endpoint.ended).errors);
    await setTimeout(20);
  }
  return endpoint;
}

async function stop({ child, ended }: Program): Promise<void> {
  child.kill("SIGTERM");
  await ended;
}

it("rows survive twenty kills of the endpoint and of the connections, and none is there twice", async () => {
  const stream = streamOf(120_000, 12_000);
  const file = join(dir, "killed.stream");
  await writeFile(file, stream.text);
  const name = "killed";
  const env = await endpointEnv(name);
  let endpoint = await startEndpoint(env);
  await writeFile(`${file}.parts`, "0");
  // A second run of the tap would repeat records since the last bookmark, in deliveries of its own.
  const persist = start(["cli/persist.ts", ...flagsFor(env.PORT), ...tapOf(file)], env);
  for (let kill = 0; kill < 20; kill++) {
    // So that rows flow until the last kill.
    await writeFile(`${file}.parts`, `${3 * kill}`);
    await setTimeout(500 + Math.random() * 1_500);
    if (kill % 2 === 0) {
      endpoint.child.kill("SIGKILL");
      await endpoint.ended;
      endpoint = await startEndpoint(env);
    } else
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`,
      );
  }
  await rm(`${file}.parts`);
  const { code, errors } = await persist.ended;
  expect(code, errors).toBe(0);
  expect(await bookmarkOf(env.PORT)).toEqual({ n: stream.keyed });
  expect(await countsOf()).toEqual({ keyed: stream.keyed, keyless: stream.keyless, kinds: stream.keyless });
  expect(await database.query(twice)).toEqual([]);
  await stop(endpoint);
  await database.query("drop table k, l, _persister_tables");
});

/** Runs a command until it succeeds, and kills it this often before. */
async function runWithKills(args: readonly string[], env: Record<string, string>, kills: number) {
  let kill = 0;
  for (;;) {
    const { child, ended } = start(args, env);
    if (kill < kills) {
      await Promise.race([ended, setTimeout(2_500 + Math.random() * 1_500)]);
      if (child.exitCode === null && child.kill("SIGKILL")) kill++;
    }
    const { code, errors } = await ended;
    if (code === 0) return kill;
    expect(code, errors).toBe(null);
  }
}

it("rows without keys are there exactly once though `persist` was killed and run again", async () => {
  const stream = streamOf(40_000, 4_000);
  const file = join(dir, "again.stream");
  await writeFile(file, stream.text);
  const env = await endpointEnv("again");
  const endpoint = await startEndpoint(env);
  const args = ["cli/persist.ts", ...flagsFor(env.PORT), ...tapOf(file)];
  expect(await runWithKills(args, env, 5)).toBeGreaterThan(1);
  expect(await bookmarkOf(env.PORT)).toEqual({ n: stream.keyed });
  expect(await countsOf()).toEqual({ keyed: stream.keyed, keyless: stream.keyless, kinds: stream.keyless });
  await stop(endpoint);
  await database.query("drop table k, l, _persister_tables");
});

it("`persist --postgres` loses nothing though it was killed and run again", async () => {
  const stream = streamOf(40_000, 4_000);
  const file = join(dir, "direct.stream");
  await writeFile(file, stream.text);
  const bookmark = join(dir, "state.json");
  const flags = ["--postgres", database.url, "--state", "--bookmark", bookmark];
  const args = ["cli/persist.ts", ...flags, ...tapOf(file)];
  expect(await runWithKills(args, { POSTGRES_SCHEMA: database.schema }, 5)).toBeGreaterThan(1);
  // A segment that was killed is another delivery in the next run: its rows without keys come twice.
  expect(await countsOf()).toMatchObject({ keyed: stream.keyed, kinds: stream.keyless });
  expect(await database.query(twice)).toEqual([]);
  expect(await readFile(bookmark, "utf8")).toContain(`{"n":${stream.keyed}}`);
});
