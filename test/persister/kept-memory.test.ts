import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("kept-memory.ts", import.meta.url));

it("what was read of a body is not kept with its compiled schemas", () => {
  const args = ["--expose-gc", "--import", "tsx", program];
  expect(Number(execFileSync(process.execPath, args))).toBeLessThan(8e6);
});
