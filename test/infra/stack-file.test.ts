import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { stackFileName, stackFileSchema, writeStackFile } from "../../infra/local/stack-file.ts";

const place = {
  dynamodb: "http://127.0.0.1:1",
  table: "t".repeat(1_000_000),
  s3: "http://127.0.0.1:2",
  bucket: "b",
  region: "us-east-1",
};

it("a reader finds the whole stack file, though a stack starts again meanwhile", async () => {
  const dir = await mkdtemp(join(tmpdir(), "persister-stack-file-"));
  await writeStackFile(dir, place);
  let isOver = false;
  const reading = (async () => {
    for (; !isOver; await setImmediate()) {
      const text = await readFile(join(dir, stackFileName), "utf8");
      expect(stackFileSchema.parse(JSON.parse(text))).toEqual(place);
    }
  })();
  for (let starts = 0; starts < 20; starts++) await Promise.race([writeStackFile(dir, place), reading]);
  isOver = true;
  await reading;
  await rm(dir, { recursive: true });
});
