import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDataDirectory } from "../../infra/local/data-directory.ts";
import { greeting } from "../../infra/local/greeting.ts";
import { SettingsError } from "../../infra/local/settings.ts";
import { Printed } from "../printed.ts";

/** The local stack as people start it: in its own processes, some of which are killed. */
const root = new URL("../../", import.meta.url).pathname;
const run = promisify(execFile);
const tsx = ["--import", "tsx"];
const headers = { authorization: "Bearer local-token" };
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "persister-processes-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const environment = () => ({ PATH: process.env.PATH, DATA_DIR: dataDir, PORT: "0" });

async function start(): Promise<{ child: ChildProcess; url: string; printed: string[] }> {
  const child = spawn(process.execPath, [...tsx, "infra/local/start.ts"], {
    cwd: root,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.on("data", text => console.error(String(text)));
  const printed = (await new Printed(child.stdout).until(greeting.end)).split("\n");
  return { child, url: /http:\S+?(?=,)/.exec(printed[0]!)![0], printed };
}

const sql = async (query: string) =>
  (
    await run(process.execPath, [...tsx, "infra/local/sql.ts", "--json", query], {
      cwd: root,
      env: environment(),
    })
  ).stdout.trim();

describe("npm start", () => {
  it("prints a command to paste, and accepted deliveries survive kill -9", async () => {
    const first = await start();
    const curl = first.printed.find(line => line.includes("--data-binary"))!.trim();
    const [, header, path, url] = /^curl -H "(.+?)" --data-binary @(\S+) (\S+)$/.exec(curl)!;
    expect(header).toBe("Authorization: Bearer local-token");
    const response = await fetch(url!, { method: "POST", headers, body: await readFile(join(root, path!)) });
    const receipt = (await response.json()) as { archive: string };
    const query = first.printed.find(line => line.includes("npm run sql"))!.trim();
    expect(query).toMatch(/^DATA_DIR=\S+ npm run sql -- "select/);
    const pasted = await run("bash", ["--norc", "-c", query], { cwd: root, env: { PATH: process.env.PATH } });
    expect(pasted.stdout).toContain("Stitch Support");
    const twin = run(process.execPath, [...tsx, "infra/local/start.ts"], { cwd: root, env: environment() });
    await expect(twin).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Another Persister uses the data in/),
    });
    first.child.kill("SIGKILL");
    await once(first.child, "close");

    expect(await sql("select count(*) as rows from inboxes")).toBe('{"rows":"2"}');
    const second = await start();
    const kept = await fetch(`${second.url}/v1/streamers/drift/bookmark`, { headers });
    expect(await kept.text()).toBe('["^ ","inboxes","~m1468435557000"]');
    const archived = await readFile(join(dataDir, "s3", receipt.archive.replace("s3://", "")));
    expect(archived.equals(await readFile(join(root, path!)))).toBe(true);
    second.child.kill("SIGTERM");
    expect(await once(second.child, "close")).toEqual([0, null]);
  });

  it("explains a wrong setting in a sentence", async () => {
    const env = { ...environment(), PORT: "many", STITCH_CLIENT_ID: "none" };
    const failed = run(process.execPath, [...tsx, "infra/local/start.ts"], { cwd: root, env });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr:
        'A setting is not valid:\nPORT: it must be a port, from 0 to 65535, not "many".\n' +
        'STITCH_CLIENT_ID: it must be a whole number above 0, not "none".\n',
    });
  });

  it("explains in a sentence that DATA_DIR is no folder to write to", async () => {
    const file = join(dataDir, "a-file");
    await writeFile(file, "");
    for (const [dir, reason] of [
      [file, "it is a file"],
      [join(file, "below"), "a file is in its path"],
    ] as const) {
      const failure = `DATA_DIR: it must be a folder to write to, not "${dir}": ${reason}.`;
      await expect(createDataDirectory(dir)).rejects.toThrow(new SettingsError(failure));
    }
    const env = { ...environment(), DATA_DIR: file };
    const failed = run(process.execPath, [...tsx, "infra/local/start.ts"], { cwd: root, env });
    const fault = `DATA_DIR: it must be a folder to write to, not "${file}": it is a file.`;
    const stderr = `A setting is not valid:\n${fault}\n`;
    await expect(failed).rejects.toMatchObject({ code: 1, stderr });
  });
});

describe("npm run demo", () => {
  it("shows the receipt, the rows, the bookmark and the archive, and exits with 0", async () => {
    const { stdout } = await run(process.execPath, [...tsx, "infra/local/demo.ts"], {
      cwd: root,
      env: environment(),
    });
    for (const part of [
      '"revision": 1',
      "Stitch Support",
      "9007199254740993",
      '["^ ","inboxes","~m1468435557000"]',
      "identical to the request body",
    ]) {
      expect(stdout).toContain(part);
    }
    const readme = await readFile(join(root, "README.md"), "utf8");
    const [, shown] = /^npm ci && npm run demo\n```\n\n```text\n([\s\S]+?)```/m.exec(readme)!;
    for (const part of steady(shown!).split(/^.*…\n/m)) expect(steady(stdout)).toContain(part);
  });
});

it("a reader that closes the pipe ends a command quietly", async () => {
  const script = `"${process.execPath}" --import tsx infra/local/demo.ts | head -1`;
  const { stdout, stderr } = await run("bash", ["--norc", "-o", "pipefail", "-c", script], {
    cwd: root,
    env: environment(),
  });
  expect([stdout, stderr]).toEqual(["\n", ""]);
});

/** Printed text without colours, and with the same delivery id and sequences in each run. */
const steady = (printed: string) =>
  stripVTControlCharacters(printed)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<delivery>")
    .replace(/\b[1-9]\d{18}\b/g, "<sequence>");

describe("npm run sql", () => {
  it("lists the tables if a query is wrong", async () => {
    await expect(sql("selec 1")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/syntax error.*The tables are: inboxes\./s),
    });
  });
});
