import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { stopServerIn } from "./postgres/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of bundled programs. Each is bundled once for all test files. */
    readonly programs: string;
  }
}

/** Prepares what all test files share, and resolves to what removes it. */
export default function setup(project: TestProject): () => void {
  const dir = mkdtempSync(join(tmpdir(), "persister-programs-"));
  project.provide("programs", dir);
  return () => {
    stopServerIn(dir);
    rmSync(dir, { recursive: true, force: true });
  };
}
