import { expect, it } from "vitest";
import { requestsOf } from "./delivery.ts";

it("cache codes that stand for far more than the body is are refused, before memory is spent on them", () => {
  const name = "n".repeat(60_000);
  const codes = Array.from({ length: 300 }, () => `["^ ","^4",1]`);
  const line = `["^ ","type","RECORD","stream","s","key_fields",["id"],"record",["^ ","id",1,"${name}",[${codes}]]]`;
  const body = (lines: number) =>
    `stitchstream/0.1\nContent-Type: transit\n--\n${Array.from({ length: lines }, () => line).join("\n")}\n`;
  expect(requestsOf(body(1)).requests).toHaveLength(1);
  const before = process.memoryUsage().rss;
  expect(() => requestsOf(body(20))).toThrow(/line 18, .*cache codes stand for more than 268435456 bytes/);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});
