import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { s3Client } from "../../functions/aws/s3-client.ts";
import { startS3 } from "../../infra/local/s3/s3.ts";
import { s3Contract } from "./s3.contract.ts";

let dir: string;
let s3: Awaited<ReturnType<typeof startS3>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-s3-"));
  s3 = await startS3({ dir });
});
afterAll(async () => {
  await s3.close();
  await rm(dir, { recursive: true, force: true });
});

/** Sends the path unchanged, which fetch would normalize. */
function ask(method: string, path: string, { body = "", headers = {} } = {}): Promise<[number, string]> {
  const { hostname, port } = new URL(s3.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers }, async response => {
      resolve([response.statusCode!, await text(response)]);
    });
    asked.once("error", reject).end(body);
  });
}

describe("the embedded S3", () => {
  s3Contract(() => ({ client: s3Client({ region: "us-east-1", endpoint: s3.url }), bucket: "bucket" }));

  it("stores an object as a plain file", async () => {
    await fetch(`${s3.url}/plain/raw/drift/x.stitchstream`, { method: "PUT", body: "bytes" });
    expect(await readFile(join(dir, "plain/raw/drift/x.stitchstream"), "utf8")).toBe("bytes");
  });

  it("finds an object's file, never outside its folder", async () => {
    expect(s3.pathOf("plain", "raw/drift/x.stitchstream")).toBe(join(dir, "plain/raw/drift/x.stitchstream"));
    for (const key of ["../../x", "/etc/passwd", "a/../../../x", "..", "%2e%2e/x"])
      expect(s3.pathOf("plain", key).startsWith(join(dir, "plain/"))).toBe(true);
  });

  it.each([
    ["a path that can't be decoded", "GET", "bucket/%zz", 400, "InvalidURI"],
    ["its own folder", "PUT", ".facts/bucket/key", 400, "InvalidBucketName"],
    ["the folder above", "GET", "../x", 400, "InvalidBucketName"],
    ["what it can't do", "POST", "bucket?delete", 501, "NotImplemented"],
    ["an empty page", "GET", "bucket?list-type=2&max-keys=0", 200, "<IsTruncated>false"],
  ])("answers %s", async (_name, method, path, status, words) => {
    expect(await ask(method, `/${path}`)).toEqual([status, expect.stringContaining(words)]);
  });

  it("refuses a key that is another one's folder, and keeps that one", async () => {
    const put = (path: string, headers = {}) => ask("PUT", `/folders/${path}`, { body: path, headers });
    expect((await put("a/b"))[0]).toBe(200);
    expect(await put("a")).toEqual([409, expect.stringContaining("InvalidRequest")]);
    expect((await put("a", { "if-none-match": "*" }))[0]).toBe(409);
    expect((await put("a/b/c"))[0]).toBe(409);
    expect(await ask("GET", "/folders/a/b")).toEqual([200, "a/b"]);
  });

  it("does not list an object whose upload broke off before its bytes", async () => {
    await ask("PUT", "/cut/key", { body: "x" });
    await rm(s3.pathOf("cut", "key"));
    expect((await ask("GET", "/cut/key"))[0]).toBe(404);
    expect((await ask("GET", "/cut"))[1]).toContain("<KeyCount>0");
    expect((await ask("PUT", "/cut/key", { body: "y", headers: { "if-none-match": "*" } }))[0]).toBe(200);
    expect(await ask("GET", "/cut/key")).toEqual([200, "y"]);
  });

  it("accepts a presigned URL until it expires", async () => {
    const presigned = (date: Date) =>
      `${s3.url}/bucket/presigned?X-Amz-Date=${date.toISOString().replace(/[-:]|\.\d+/g, "")}` +
      "&X-Amz-Expires=60";
    expect((await fetch(presigned(new Date()), { method: "PUT", body: "x" })).status).toBe(200);
    const late = await fetch(presigned(new Date(Date.now() - 120_000)));
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining("Request has expired")]);
  });

  it("refuses bytes that don't match their checksum", async () => {
    const headers = { "x-amz-checksum-crc32": "AAAAAA==" };
    const response = await fetch(`${s3.url}/bucket/damaged`, { method: "PUT", body: "x", headers });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("BadDigest")]);
  });
});
