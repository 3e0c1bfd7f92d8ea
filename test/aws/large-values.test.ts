import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largeValues } from "../../functions/aws/large-values.ts";
import { s3Objects } from "../../functions/aws/objects.ts";
import { type ListeningS3, startS3 } from "../../infra/local/s3/s3.ts";

/** Pointers name the bucket, so that a stack with a new archive still finds what is in the old one. */
let dir: string;
let s3: ListeningS3;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-large-"));
  s3 = await startS3({ dir });
});
afterAll(async () => {
  await s3.close();
  await rm(dir, { recursive: true });
});

const valuesIn = (bucket: string) =>
  largeValues({ s3: s3Objects({ region: "us-east-1", endpoint: s3.url }), bucket });
const bytes = Buffer.from("a large value");
const soon = () => Date.now() + 600_000;
const load = (bucket: string, value: Parameters<ReturnType<typeof valuesIn>["load"]>[0]) =>
  valuesIn(bucket).load(value, soon());

describe("a large value", () => {
  it("is found in the archive it was stored in", async () => {
    const stored = await valuesIn("old").store("bookmarks/a", bytes, soon());
    expect(stored).toMatchObject({ bucket: "old", key: `bookmarks/a/${stored.sha256}` });
    expect(Buffer.from(await load("old", stored))).toEqual(bytes);
    expect(Buffer.from(await load("new", stored))).toEqual(bytes);
  });

  it("is found in the archive to which the old one was copied", async () => {
    const stored = await valuesIn("new").store("bookmarks/b", bytes, soon());
    expect(Buffer.from(await load("new", { ...stored, bucket: "gone" }))).toEqual(bytes);
    // A pointer written by a version that didn't name the bucket.
    const { bucket: _bucket, ...pointer } = stored;
    expect(Buffer.from(await load("new", pointer))).toEqual(bytes);
  });

  it("that is missing or changed is lost, and the error names its place", async () => {
    const stored = await valuesIn("old").store("bookmarks/c", bytes, soon());
    const { key } = stored;
    await rm(s3.pathOf("old", key));
    const lost = { code: "bookmark-lost", details: { object: `s3://old/${key}` } };
    await expect(load("new", stored)).rejects.toMatchObject(lost);
    const again = await valuesIn("old").store("bookmarks/d", bytes, soon());
    await writeFile(s3.pathOf("old", again.key), "something else");
    await expect(load("old", again)).rejects.toMatchObject({ code: "bookmark-lost" });
  });
});
