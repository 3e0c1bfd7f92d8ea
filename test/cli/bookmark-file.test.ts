import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openBookmarkFile, readBookmark } from "../../cli/bookmark-file.ts";
import { isSameBookmark } from "../../cli/bookmark-value.ts";

/** The file of `--bookmark`. */
let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-bookmark-"));
  path = join(dir, "bookmark");
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe("a bookmark's file", () => {
  it("is created for the first bookmark and replaced for later ones, and keeps its mode", async () => {
    const file = await openBookmarkFile(path);
    expect(file.text).toBeUndefined();
    await file.replace('{"at":1}');
    expect(await readFile(path, "utf8")).toBe('{"at":1}\n');
    await chmod(path, 0o640);
    const { ino } = await stat(path);
    await file.replace('["^ ","at","~i12345678901234567890"]');
    expect(await readBookmark(path)).toBe('["^ ","at","~i12345678901234567890"]');
    const after = await stat(path);
    expect([after.mode & 0o777, after.ino === ino]).toEqual([0o640, false]);
    expect(await readdir(dir)).toEqual(["bookmark"]);
  });

  it("with the same bookmark is not touched", async () => {
    await writeFile(path, '{"at":1}');
    const { ino } = await stat(path);
    await (await openBookmarkFile(path)).replace('{"at":1}');
    expect((await stat(path)).ino).toBe(ino);
  });

  it("is complete for everyone who reads it meanwhile", async () => {
    const file = await openBookmarkFile(path);
    const long = "x".repeat(100_000);
    const textOf = (n: number) => JSON.stringify({ n, long });
    await file.replace(textOf(0));
    let isOver = false;
    const reading = (async () => {
      for (; !isOver; await setImmediate()) JSON.parse(await readFile(path, "utf8"));
    })();
    for (let n = 1; n <= 50; n++) await file.replace(textOf(n));
    isOver = true;
    await reading;
  });

  it.each([
    ["that is there", true],
    ["which does not exist yet", false],
  ])("at the end of a symbolic link, %s, is replaced, and the link remains", async (_, isThere) => {
    await mkdir(join(dir, "elsewhere"));
    const target = join(dir, "elsewhere", "kept");
    if (isThere) await writeFile(target, "1\n");
    await symlink(join("elsewhere", "kept"), path);
    await (await openBookmarkFile(path)).replace("2");
    expect(await readFile(target, "utf8")).toBe("2\n");
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
  });

  it("formatted over several lines is one bookmark", async () => {
    await writeFile(path, '{\n  "at": 12345678901234567890\r\n}\n');
    expect(isSameBookmark(await readBookmark(path), '{"at":12345678901234567890}')).toBe(true);
    expect(await readBookmark(path)).not.toMatch(/[\r\n]/);
  });

  it("that another run has changed is not touched", async () => {
    const [slow, fast] = [await openBookmarkFile(path), await openBookmarkFile(path)];
    await fast.replace('{"at":9}');
    await expect(slow.replace('{"at":3}')).rejects.toMatchObject({
      exitCode: 5,
      message: `Another run has changed ${path}, so it is left as it is. Run this again.`,
    });
    expect(await readBookmark(path)).toBe('{"at":9}');
    // The same bookmark from two runs is not a conflict.
    await (await openBookmarkFile(path)).replace('{"at":10}');
    await expect(fast.replace('{"at":10}')).resolves.toBeUndefined();
  });

  it.each<[name: string, contents: string | Buffer, words: RegExp]>([
    ["is empty", "", /is empty, which is not a bookmark: delete it to start from the beginning/],
    ["holds a blank line", "\n", /is empty/],
    ["is not JSON", "2026-11-23\n", /does not hold a bookmark: /],
    ["holds several bookmarks", '{"at":1}\n{"at":2}\n', /more follows after the value/],
    ["is not UTF-8", Buffer.from("\ufeff{}", "utf16le"), /it is not UTF-8/],
    ["is larger than any bookmark", `"${"x".repeat(3_000_000)}"`, /larger than any bookmark/],
  ])("that %s is refused", async (_, contents, words) => {
    await writeFile(path, contents);
    for (const read of [openBookmarkFile, readBookmark])
      await expect(read(path)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(words) });
    expect((await readFile(path)).equals(Buffer.from(contents))).toBe(true);
  });

  it("that is a folder or can't be read is refused before anything is sent", async () => {
    for (const other of [devNull, dir])
      await expect(openBookmarkFile(other)).rejects.toMatchObject({
        exitCode: 2,
        message: `${other} is not a file.`,
      });
    const nowhere = join(dir, "nowhere", "bookmark");
    await expect(openBookmarkFile(nowhere)).rejects.toMatchObject({
      exitCode: 2,
      message: `${nowhere} can't be read: ENOENT.`,
    });
  });

  it("that can't be replaced is reported, with its older bookmark", async () => {
    const file = await openBookmarkFile(path);
    await mkdir(path);
    await expect(file.replace("1")).rejects.toMatchObject({ exitCode: 2 });
    await rm(dir, { recursive: true });
    await expect(file.replace("1")).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining("an older bookmark than the one that is committed"),
    });
  });
});

describe("two bookmarks are the same", () => {
  type Pair = [one: string | undefined, other: string | undefined];
  const titled = (pairs: Pair[]) =>
    pairs.map(pair => [pair.map(text => text ?? "none").join(" and "), ...pair] as const);

  it.each(
    titled([
      [undefined, undefined],
      ['{"a":1,"b":[true,null]}', ' { "b" : [ true , null ], "a" : 1 } '],
      ['{"a":1}', '{"\\u0061":1.0}'],
      ["12345678901234567890", "12345678901234567890.0"],
      ["1e2", "100"],
      ['["^ ","at","~m1468435557000"]', '["^ ", "at", "~m1468435557000"]'],
    ]),
  )("if their JSON is equal: %s", (_, one, other) => {
    expect(isSameBookmark(one, other)).toBe(true);
    expect(isSameBookmark(other, one)).toBe(true);
  });

  it.each(
    titled([
      [undefined, "null"],
      ["null", "{}"],
      ["12345678901234567890", "12345678901234567891"],
      ["0.12345678901234567891", "0.12345678901234567892"],
      ['{"a":1}', '{"a":"1"}'],
      ['{"a":1}', '{"a":1,"b":null}'],
      ["[1,2]", "[2,1]"],
      ['["^ ","at","~i9007199254740993"]', '["^ ","at","~i9007199254740992"]'],
    ]),
  )("and different if it is not: %s", (_, one, other) => {
    expect(isSameBookmark(one, other)).toBe(false);
    expect(isSameBookmark(other, one)).toBe(false);
  });
});
