import { describe, expect, it } from "vitest";
import { transit } from "../endpoint/local-stack.ts";
import { requestsOf } from "./delivery.ts";

it("cache codes that expand to far more than the body are refused before they use memory", () => {
  const name = "n".repeat(60_000);
  const codes = Array.from({ length: 300 }, () => `["^ ","^4",1]`);
  const record = `["^ ","id",1,"${name}",[${codes}]]`;
  const line = `["^ ","type","RECORD","stream","s","key_fields",["id"],"record",${record}]`;
  const body = (lines: number) =>
    `stitchstream/0.1\nContent-Type: transit\n--\n${Array.from({ length: lines }, () => line).join("\n")}\n`;
  expect(requestsOf(body(1)).requests).toHaveLength(1);
  const before = process.memoryUsage().rss;
  expect(() => requestsOf(body(20))).toThrow(/line 18, .*cache codes expand to more than 268435456 bytes/);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});

/** Reading a field of a line again does not count against the body's limit a second time. */
describe("a line whose codes use most of a body's limit", () => {
  const own = `"x",["~:${"n".repeat(1_000_000)}"${',"^0"'.repeat(200)}]`;
  const schema = '"schema",["^ ","properties",["^ ","id",["^ ","type","integer"]]]';
  const fields =
    '"type","RECORD","stream","s","time_extracted","2026-01-01T00:00:00Z","record",["^ ","id",1]';
  const requests = (...lines: string[]) => requestsOf(transit(...lines)).requests;

  it("is accepted, whichever of its fields are read", () => {
    const declared = `["^ ","type","SCHEMA","stream","s",${schema}]`;
    const [batch] = requests(declared, `["^ ",${own},${fields}]`);
    expect(JSON.parse(Buffer.from(batch!.body).toString())).toMatchObject({
      messages: [{ data: { id: 1 }, time_extracted: "2026-01-01T00:00:00Z" }],
    });
  });

  it("may be a schema", () => {
    const names = '"key_properties",["id"],"bookmark_properties",["id"]';
    const declared = `["^ ",${own},"type","SCHEMA","stream","s",${schema},${names}]`;
    const [batch] = requests(declared, `["^ ",${fields}]`);
    expect(JSON.parse(Buffer.from(batch!.body).toString())).toMatchObject({
      key_names: ["id"],
      bookmark_names: ["id"],
    });
  });
});
