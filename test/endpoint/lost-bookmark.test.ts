import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { get, getBookmark, jsonline, post, token, useStack } from "./local-stack.ts";

/** A table that was moved without its archive: the object with a large bookmark is missing. */
const stack = useStack();
const large = JSON.stringify({ at: "x".repeat(3_000) });
const withBookmark = jsonline(`{"type":"BOOKMARK","value":${large}}`);

/** Delivers a large bookmark and deletes its object. Resolves to the object's key. */
async function lose(streamer: string): Promise<string> {
  expect((await post(stack(), streamer, withBookmark)).status).toBe(200);
  const below = join("persister-archive", "bookmarks", streamer);
  const dir = join(stack().dataDir, "s3", below);
  const [digest] = await readdir(dir);
  await rm(join(dir, digest!));
  return `s3://${join(below, digest!)}`;
}

/** The errors that the functions log while `work` runs. */
async function logged(work: () => Promise<unknown>): Promise<string> {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await work();
    return write.mock.calls.map(([line]) => String(line)).join("");
  } finally {
    write.mockRestore();
  }
}

it("is answered with 503, and the log names its place", async () => {
  const object = await lose("read");
  const lines = await logged(async () => {
    const paths = ["bookmark", "bookmark/history", ""].map(path =>
      `/v1/streamers/read/${path}`.replace(/\/$/, ""),
    );
    for (const path of paths) {
      const response = await get(stack(), path);
      expect([path, response.status, await response.json()]).toMatchObject([
        path,
        503,
        { code: "bookmark-lost" },
      ]);
      expect(response.headers.get("retry-after")).toBe(null);
    }
  });
  expect(lines).toContain(`"code":"bookmark-lost","object":"${object}"`);
});

it("does not hide that a streamer has a new revision", async () => {
  const object = await lose("moved");
  const lines = await logged(async () => {
    const response = await post(stack(), "moved", jsonline(), { "if-match": '"7"' });
    expect([response.status, await response.json()]).toMatchObject([412, { code: "precondition-failed" }]);
  });
  expect(lines).toContain(object);
});

it("is replaced by the next one, delivered or set", async () => {
  await lose("delivered");
  expect((await post(stack(), "delivered", jsonline('{"type":"BOOKMARK","value":1}'))).status).toBe(200);
  expect(await (await getBookmark(stack(), "delivered")).text()).toBe("1");
  await lose("set");
  const response = await fetch(`${stack().url}/v1/streamers/set/bookmark`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "if-match": '"1"', "content-type": "application/json" },
    body: "2",
  });
  expect(response.status).toBe(200);
  expect(await (await getBookmark(stack(), "set")).text()).toBe("2");
});
