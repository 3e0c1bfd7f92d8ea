import { execFile } from "node:child_process";
import { inspect, promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { deliverer } from "./delivering.ts";
import { type OwnServer, password, startOwnServer } from "./own-server.ts";
import { body, keyed } from "./stream.ts";

/** The address of a host that is this machine and not named as such. */
const elsewhere = "0.0.0.0";

let server: OwnServer;
let admin: pg.Client;
let plain: Database;
beforeAll(async () => {
  server = await startOwnServer(["localhost", elsewhere]);
  plain = await openDatabase();
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`create role checked login password '${password}'; create schema tls`);
  await admin.query("create schema authorization checked");
});
afterAll(async () => {
  await admin.end();
  server.close();
  await plain.close();
});

let names = 0;

interface Reached {
  /** Whether the connection had TLS; undefined without one. */
  readonly hasTls: boolean | undefined;
  readonly error: string | undefined;
}

/** Delivers to a host of the server's with these parameters. */
async function reach(host: string, query: Record<string, string>): Promise<Reached> {
  const name = `reach-${names++}`;
  const parameters = new URLSearchParams({ ...query, application_name: name });
  const url = `postgres://persister@${host}:${server.port}/postgres?${parameters}`;
  const { deliver, close } = deliverer({ url, schema: "tls" });
  const { error } = await deliver(body(keyed("t", { id: names })));
  const { rows } = await admin.query<{ ssl: boolean }>(
    `select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = '${name}'`,
  );
  await close();
  return { hasTls: rows[0]?.ssl, error: error && `${error.code}: ${error.message}` };
}

describe("sslmode", () => {
  it.each([
    { mode: "disable", host: "localhost", hasTls: false },
    { mode: "none", host: "localhost", hasTls: false },
    { mode: "none", host: "127.0.0.1", hasTls: false },
    { mode: "require", host: "localhost", hasTls: true },
    { mode: "verify-ca", host: "localhost", hasTls: true },
    { mode: "verify-ca", host: "127.0.0.1", hasTls: true },
    { mode: "verify-full", host: "localhost", hasTls: true },
    { mode: "none", host: elsewhere, hasTls: true },
    { mode: "disable", host: elsewhere, hasTls: false },
  ])("$mode reaches $host with TLS: $hasTls", async ({ mode, host, hasTls }) => {
    const query = { ...(mode !== "none" && { sslmode: mode }), sslrootcert: server.authority };
    expect(await reach(host, query)).toEqual({ hasTls, error: undefined });
  });

  it.each([
    ["require", "localhost", "without the authority", /TLS failed: .*(certificate|issuer)/],
    ["verify-ca", "localhost", "without the authority", /TLS failed: .*(certificate|issuer)/],
    ["none", elsewhere, "without the authority", /TLS failed: .*(certificate|issuer)/],
    ["require", "127.0.0.1", "with another name", /TLS failed: .*does not match certificate/],
    ["verify-full", "127.0.0.1", "with another name", /TLS failed: .*does not match certificate/],
  ])("%s refuses %s %s", async (mode, host, how, message) => {
    const sslrootcert = how === "with another name" ? { sslrootcert: server.authority } : {};
    const { hasTls, error } = await reach(host, {
      ...(mode !== "none" && { sslmode: mode }),
      ...sslrootcert,
    });
    expect(hasTls).toBeUndefined();
    expect(error).toMatch(/^account-unavailable: Nothing was written to PostgreSQL at /);
    expect(error).toMatch(message);
  });

  it("require refuses a server without TLS", async () => {
    const { url, schema } = plain;
    const { deliver, close } = deliverer({ url: `${url}?sslmode=require`, schema });
    const { error } = await deliver(body(keyed("t", { id: 1 })));
    expect(error!.message).toContain("TLS failed: The server does not support SSL connections");
    await close();
  });
});

it("NODE_EXTRA_CA_CERTS names an authority, too", async () => {
  const url = `postgres://persister@localhost:${server.port}/postgres?sslmode=verify-full`;
  const args = ["--import", "tsx", "cli/persist.ts", "--postgres", url];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.authority, POSTGRES_SCHEMA: "tls" };
  const child = promisify(execFile)(process.execPath, args, { env });
  child.child.stdin!.end(body(keyed("extra", { id: 1 })));
  await child;
  const { rows } = await admin.query<{ id: string }>("select id from tls.extra");
  expect(rows).toEqual([{ id: "1" }]);
});

describe("the password", () => {
  const addressed = (userinfo: string, rest: string) =>
    `postgres://${userinfo}@localhost:${server.port}/${rest}`;

  it("opens a server that asks for one", async () => {
    const url = addressed(`checked:${password}`, "postgres");
    const { deliver, close } = deliverer({ url, schema: "checked" });
    const { tables, error } = await deliver(body(keyed("with_password", { id: 1 })));
    expect(error).toBeUndefined();
    expect(inspect(tables, { depth: null })).not.toContain(password);
    await close();
  });

  it.each([
    ["checked:wrong", "postgres"],
    ["nobody-here", "postgres"],
    ["checked", "not_there"],
    ["checked", "postgres?sslmode=verify-full"],
    ["checked", "postgres?sslmode=prefer"],
    ["checked", "postgres?sslrootcert=/none"],
    ["checked", "postgres?other=1"],
    ["checked", "%zz"],
    ["", "postgres"],
  ])("of %s at /%s is in nothing that an error holds", async (user, rest) => {
    const url = addressed(user.includes(":") ? `${user}-${password}` : `${user}:${password}`, rest);
    const failing = async () => {
      const { deliver, close } = deliverer({ url, schema: "tls" });
      const { error } = await deliver(body(keyed("t", { id: 1 })));
      await close();
      throw error;
    };
    const thrown: unknown = await failing().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "account-unavailable" });
    const everything = inspect(thrown, { depth: null, showHidden: true }) + JSON.stringify(thrown);
    expect(everything).not.toContain(password);
  });
});
