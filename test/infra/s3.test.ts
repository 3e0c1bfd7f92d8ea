import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { s3Client } from "../../functions/aws/clients.ts";
import { startS3 } from "../../infra/local/s3.ts";
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

describe("the embedded S3", () => {
  s3Contract(() => ({ client: s3Client({ region: "us-east-1", endpoint: s3.url }), bucket: "bucket" }));

  it("keeps an object as a plain file", async () => {
    await fetch(`${s3.url}/plain/raw/drift/x.stitchstream`, { method: "PUT", body: "bytes" });
    expect(await readFile(join(dir, "plain/raw/drift/x.stitchstream"), "utf8")).toBe("bytes");
  });

  it("takes a presigned URL until it expires", async () => {
    const presigned = (date: Date) =>
      `${s3.url}/bucket/presigned?X-Amz-Date=${date.toISOString().replace(/[-:]|\.\d+/g, "")}&X-Amz-Expires=60`;
    expect((await fetch(presigned(new Date()), { method: "PUT", body: "x" })).status).toBe(200);
    const late = await fetch(presigned(new Date(Date.now() - 120_000)));
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining("Request has expired")]);
  });

  it("refuses bytes that are not those of their checksum", async () => {
    const headers = { "x-amz-checksum-crc32": "AAAAAA==" };
    const response = await fetch(`${s3.url}/bucket/damaged`, { method: "PUT", body: "x", headers });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("BadDigest")]);
  });
});
