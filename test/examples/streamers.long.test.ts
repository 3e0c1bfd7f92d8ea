import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { listen } from "../../infra/local/listen.ts";
import { persist } from "../cli/program.ts";
import { rows, token, useStack } from "../endpoint/local-stack.ts";

/** The streamers in examples/, each run twice from the bookmark that is committed. */
const folder = new URL("../../examples/", import.meta.url).pathname;
const dir = mkdtempSync(join(tmpdir(), "persister-examples-"));
afterAll(() => rmSync(dir, { recursive: true }));
const stack = useStack();
const hasPython = spawnSync("python3", ["--version"]).error === undefined;

function sent(streamer: string, command: readonly string[], env: Record<string, string>) {
  const place = { PERSIST_ENDPOINT: stack().url, PERSIST_TOKEN: token, ...env };
  return persist(["--streamer", streamer, "--", ...command], place, dir).ended;
}

/** Runs a streamer by `persist`. Resolves to the last bookmark that it prints. */
async function run(
  streamer: string,
  command: readonly string[],
  env: Record<string, string>,
): Promise<unknown> {
  const place = { PERSIST_ENDPOINT: stack().url, PERSIST_TOKEN: token, ...env };
  const { ended } = persist(["--streamer", streamer, "--", ...command], place, dir);
  const { code, stdout, stderr } = await ended;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

const python = (script: string) => {
  const { status, stderr, stdout } = spawnSync("python3", ["-c", script], { cwd: folder, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
};

it.skipIf(!hasPython)(
  "Python: numbers keep every digit, and the second run starts from the bookmark",
  async () => {
    const database = join(dir, "orders.db");
    const change = (...statements: string[]) =>
      python(
        `import sqlite3\nwith sqlite3.connect(${JSON.stringify(database)}) as db:\n${statements
          .map(each => `  db.execute(${JSON.stringify(each)})`)
          .join("\n")}`,
      );
    change(
      "CREATE TABLE orders (id INTEGER PRIMARY KEY, total TEXT, updated_at TEXT)",
      "INSERT INTO orders VALUES (1, '12.50', '2026-11-01T08:00:00+00:00')",
      "INSERT INTO orders VALUES (2, '0.1000000000000000055511151231257827', '2026-11-01T11:30:00+02:00')",
    );
    const command = ["python3", join(folder, "orders.py")];
    const env = { ORDERS_DATABASE: database };
    expect(await run("orders", command, env)).toEqual({ orders: "2026-11-01T11:30:00+02:00" });
    change("UPDATE orders SET total = '7', updated_at = '2026-11-02T00:00:00+00:00' WHERE id = 1");
    expect(await run("orders", command, env)).toEqual({ orders: "2026-11-02T00:00:00+00:00" });
    const { rows: landed } = await rows(stack(), "select id, total, updated_at from orders order by id");
    expect(landed.map(([id]) => id)).toEqual(["1", "2"]);
    expect(Number(landed[0]![1])).toBe(7);
    expect(landed[1]![2]).toBe("2026-11-01T09:30:00.000Z");
  },
);

it.skipIf(!hasPython)("Python: the helper refuses what JSON or the format has no place for", () => {
  const script = `
import datetime, decimal, stitchstream
numbers = [decimal.Decimal("1.10"), decimal.Decimal("1E+3")]
print(stitchstream.encode({"a": [*numbers, None, True, "é"], 1: datetime.date(2026, 1, 2)}))
for value in (decimal.Decimal("NaN"), float("inf"), datetime.datetime(2026, 1, 1)):
    try: stitchstream.encode(value)
    except ValueError: print("refused")`;
  expect(python(script)).toBe(
    '{"a":[1.10,1E+3,null,true,"é"],"1":"2026-01-02"}\nrefused\nrefused\nrefused\n',
  );
});

it("JavaScript: the template reads all pages, and starts from the bookmark", async () => {
  const items = Array.from({ length: 250 }, (_, id) => ({
    id,
    updated_at: new Date(Date.UTC(2026, 0, 1) + Math.floor(id / 2) * 1000).toISOString(),
  }));
  const asked: string[] = [];
  const server = createServer(({ url, headers }, response) => {
    const query = new URL(url!, "http://here").searchParams;
    const since = query.get("since") ?? "";
    asked.push(since);
    expect(headers.authorization).toBe("Bearer secret");
    const found = items.filter(({ updated_at }) => updated_at >= since).slice(0, Number(query.get("limit")));
    response.end(JSON.stringify(found));
  });
  const { url, close } = await listen(server);
  const env = { ITEMS_URL: `${url}/items`, ITEMS_TOKEN: "secret" };
  const command = [process.execPath, join(folder, "streamer.mjs")];
  const last = { items: items.at(-1)!.updated_at };
  expect(await run("items", command, env)).toEqual(last);
  expect((await rows(stack(), "select count(*) from items")).rows).toEqual([["250"]]);
  const before = asked.length;
  expect(await run("items", command, env)).toEqual(last);
  expect(asked.slice(before)).toEqual([last.items]);
  // All rows share an instant.
  for (const item of items) item.updated_at = "2027-01-01T00:00:00.000Z";
  expect((await sent("alike", command, env)).stderr).toContain(
    "More than 100 rows have the time 2027-01-01T00:00:00.000Z.",
  );
  await close();
  expect((await sent("unset", command, {})).stderr).toContain("ITEMS_URL and ITEMS_TOKEN are required.\n");
});
