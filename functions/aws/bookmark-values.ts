import { createHash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { inlineBookmarkBytesMax } from "../persister/limits.ts";
import type { Bookmark, Lease } from "../persister/ports.ts";
import type { StoredBookmark } from "./streamer-item.ts";

export type StoredValue = Record<string, AttributeValue>;

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Where bookmarks' values are: in the streamer's item, or in S3 where an item has no room for them. */
export function bookmarkValues(s3: S3Client, bucket: string) {
  return {
    async store({ encoding, value }: Bookmark, { streamer, delivery }: Lease): Promise<StoredValue> {
      if (value.length <= inlineBookmarkBytesMax) {
        return { encoding: { S: encoding }, value: { S: Buffer.from(value).toString() } };
      }
      const key = `bookmarks/${streamer}/${delivery}`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: value }));
      return { encoding: { S: encoding }, key: { S: key }, sha256: { S: digestOf(value) } };
    },

    async read({ encoding, value, key, sha256 }: StoredBookmark): Promise<Bookmark> {
      if (value !== undefined) return { encoding, value: Buffer.from(value) };
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const bytes = await Body!.transformToByteArray();
      if (digestOf(bytes) !== sha256) throw new Error(`The bookmark at ${key} is not what was stored there.`);
      return { encoding, value: bytes };
    },
  };
}
