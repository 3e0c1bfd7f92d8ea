import { gzipSync } from "node:zlib";
import { fine, gzipped, type Input, request } from "./asking.ts";

const mebibyte = 1024 * 1024;
const zeros = (mebibytes: number) => Buffer.alloc(mebibytes * mebibyte, "0");
const whole = gzipSync(fine);

export const gzipInputs: readonly Input[] = [
  {
    name: "gzip bomb, 1,000:1",
    ask: gzipped(gzipSync(zeros(60))),
    statuses: [413],
    code: "inflated-too-large",
  },
  {
    name: "gzip bomb of 4 GB",
    ask: gzipped(Buffer.concat(Array.from({ length: 64 }, () => gzipSync(zeros(64))))),
    statuses: [413],
    code: "inflated-too-large",
  },
  {
    name: "gzip in gzip",
    ask: gzipped(gzipSync(gzipSync(fine))),
    statuses: [400],
    code: "not-a-stitchstream",
  },
  {
    name: "gzip of 100,000 empty members",
    ask: gzipped(Buffer.concat(Array.from({ length: 100_000 }, () => gzipSync("")))),
    statuses: [400],
    code: "not-a-stitchstream",
  },
  {
    name: "gzip of many members, whole",
    ask: gzipped(Buffer.concat([...fine].map(each => gzipSync(each)))),
    statuses: [200],
  },
  { name: "gzip cut short", ask: gzipped(whole.subarray(0, -9)), statuses: [400], code: "broken-gzip" },
  {
    name: "gzip followed by garbage",
    ask: gzipped(Buffer.concat([whole, Buffer.from("garbage")])),
    statuses: [400],
    code: "broken-gzip",
  },
  {
    name: "gzip with a wrong checksum",
    ask: gzipped(Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8)])),
    statuses: [400],
    code: "broken-gzip",
  },
  { name: "not gzip at all", ask: gzipped(Buffer.from(fine)), statuses: [400], code: "broken-gzip" },
  {
    name: "gzip decoded as text",
    ask: request({
      body: whole,
      headers: { "content-encoding": "gzip", "content-type": "application/json" },
    }),
    statuses: [415],
    code: "unsupported-encoding",
  },
  ...["br", "deflate", "zstd", "gzip, gzip", "gzip;q=1", "\u00ff".repeat(200)].map(
    (coding): Input => ({
      name: `Content-Encoding: ${coding.slice(0, 20)}`,
      ask: request({ body: fine, headers: { "content-encoding": coding } }),
      statuses: [415],
      code: "unsupported-encoding",
    }),
  ),
];
