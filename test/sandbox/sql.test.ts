import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linesOf, logPathOf, openLog } from "../../infra/local/import-api/log.ts";

/** `npm run sql` in a process of its own. */
const root = new URL("../../", import.meta.url).pathname;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "persister-sql-"));
  const log = await openLog(join(dataDir, "import-api"));
  const data = new Map([["id", "a"]]);
  const row = { table: "Names", sequence: 1n, keyNames: ["id"], version: undefined, data };
  await log.append(request => linesOf([row], request));
  await log.close();
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** If `readsOn` is false, nobody reads its output after the first bytes. */
async function sql(args: readonly string[], readsOn = true) {
  const child = spawn(process.execPath, ["--import", "tsx", "infra/local/sql.ts", ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", text => {
    stdout += String(text);
    if (!readsOn) child.stdout.destroy();
  });
  child.stderr.on("data", text => {
    stderr += String(text);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

describe("npm run sql", () => {
  it("lists the tables if a query names another one", async () => {
    expect(await sql(["select * from none"])).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^Catalog Error: .*none[\s\S]*\nThe tables are: Names\.\n$/),
    });
  });

  it.each([[["--json"]], [[]]])("with %j ends quietly when its reader stops", async options => {
    const many = "select repeat('x', 1000) as x from range(3000)";
    expect(await sql([...options, many], false)).toMatchObject({ code: 0, stderr: "" });
  });

  it("reports a damaged log in one sentence", async () => {
    await appendFile(logPathOf(join(dataDir, "import-api")), '{"request":2,"rows":1}\n');
    for (const args of [[], ["select 1"]])
      expect(await sql(args)).toEqual({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(/^\S+rows\.ndjson is damaged: 1 of its rows can't be read\.\n$/),
      });
  });
});
