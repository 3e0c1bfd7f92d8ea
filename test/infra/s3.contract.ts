import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect, it } from "vitest";

/** The behaviour of S3 on which we or our users' tools depend. */
export function s3Contract(make: () => { client: S3Client; bucket: string }): void {
  const put = (key: string, body: string | Readable, options = {}) => {
    const { client, bucket } = make();
    return client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...options }));
  };
  const get = async (key: string, options = {}) => {
    const { client, bucket } = make();
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...options }));
    return { ...object, text: await object.Body!.transformToString() };
  };

  it.each(["plain", "with space+plus", "✓/ünïcode", "a/../b", ".", "x".repeat(900), "a&b<c>", "one encoded"])(
    "keeps an object under the key %s",
    async title => {
      // A title may not contain a percent sign.
      const name = title === "one encoded" ? "100%25/%2e%2e" : title;
      const key = `${randomUUID()}/${name}`;
      await put(key, name);
      expect((await get(key)).text).toBe(name);
    },
  );

  it("keeps metadata, type and encoding", async () => {
    const key = randomUUID();
    await put(key, "{}", {
      ContentType: "application/json",
      ContentEncoding: "gzip",
      Metadata: { delivery: "d1" },
    });
    const { client, bucket } = make();
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    expect(head).toMatchObject({
      ContentType: "application/json",
      ContentEncoding: "gzip",
      ContentLength: 2,
      Metadata: { delivery: "d1" },
      ETag: '"99914b932bd37a50b983c5e7c90ae93b"',
    });
  });

  it("decodes a chunked upload", async () => {
    const key = randomUUID();
    const text = "persister ".repeat(20_000);
    await put(key, Readable.from([Buffer.from(text.slice(0, 70_000)), Buffer.from(text.slice(70_000))]), {
      ContentLength: text.length,
    });
    expect((await get(key)).text === text).toBe(true);
  });

  it("returns a range", async () => {
    const key = randomUUID();
    await put(key, "0123456789");
    expect(await get(key, { Range: "bytes=2-4" })).toMatchObject({
      text: "234",
      ContentRange: "bytes 2-4/10",
    });
    expect((await get(key, { Range: "bytes=-3" })).text).toBe("789");
    await expect(get(key, { Range: "bytes=10-" })).rejects.toMatchObject({ name: "InvalidRange" });
  });

  it("overwrites, except with If-None-Match: *", async () => {
    const key = randomUUID();
    await put(key, "first");
    await put(key, "second");
    await expect(put(key, "third", { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    expect((await get(key)).text).toBe("second");
  });

  it("lets one of many writers create an object", async () => {
    const key = randomUUID();
    const writers = Array.from({ length: 10 }, (_, i) => put(key, String(i), { IfNoneMatch: "*" }));
    const written = await Promise.allSettled(writers);
    expect(written.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("deletes objects", async () => {
    const key = randomUUID();
    await put(key, "x");
    const { client, bucket } = make();
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    await expect(get(key)).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  it("lists in the order of UTF-8, page by page", async () => {
    const { client, bucket } = make();
    const prefix = `${randomUUID()}/`;
    const names = ["a", "b/c", "ü", "😀"];
    for (const name of names.toReversed()) await put(prefix + name, name);
    const listed: string[] = [];
    for (let token: string | undefined, more = true; more; ) {
      const request = {
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: 3,
        ...(token && { ContinuationToken: token }),
      };
      const page = await client.send(new ListObjectsV2Command(request));
      listed.push(...page.Contents!.map(({ Key }) => Key!.slice(prefix.length)));
      token = page.NextContinuationToken;
      more = page.IsTruncated ?? false;
    }
    expect(listed).toEqual(names);
  });

  it("joins the parts of an upload, and deletes those of an aborted one", async () => {
    const { client, bucket } = make();
    const key = randomUUID();
    const create = async () =>
      (await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }))).UploadId!;
    const part = (UploadId: string, PartNumber: number, Body: string) =>
      client.send(new UploadPartCommand({ Bucket: bucket, Key: key, UploadId, PartNumber, Body }));
    const UploadId = await create();
    const size = 5 * 1024 * 1024;
    const second = await part(UploadId, 2, "end");
    const first = await part(UploadId, 1, "x".repeat(size));
    const Parts = [first, second].map(({ ETag }, i) => ({ PartNumber: i + 1, ETag }));
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId, MultipartUpload: { Parts } }),
    );
    expect((await get(key, { Range: `bytes=${size - 1}-` })).text).toBe("xend");
    const aborted = await create();
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: aborted }));
    await expect(part(aborted, 1, "x")).rejects.toMatchObject({ name: "NoSuchUpload" });
  });
}
