import { spawnSync } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * `npm run bench`. Each benchmark is bundled first, since Lambda runs bundled code, and has its own
 * process, so that none warms up another.
 */
const outdir = await mkdtemp(join(tmpdir(), "persister-bench-"));
await build({
  entryPoints: [
    "test/bench/decode.bench.ts",
    "test/bench/memory.bench.ts",
    "test/bench/hostile.bench.ts",
    "test/bench/growth.bench.ts",
    "test/bench/schema.bench.ts",
    "test/bench/segments.bench.ts",
    "test/bench/round-trips.bench.ts",
  ],
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // As infra/bundle.ts does: constants become literals, which the engine compiles to shorter code.
  minify: true,
  platform: "node",
  format: "esm",
  mainFields: ["module", "main"],
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
});
const run = (file: string, env: Record<string, string> = {}) => {
  const { status } = spawnSync(process.execPath, [join(outdir, file)], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
};
run("decode.bench.mjs");
console.log("\nPeak memory");
for (const RECORDS of ["A", "B"]) run("memory.bench.mjs", { RECORDS });
run("hostile.bench.mjs");
run("growth.bench.mjs");
run("schema.bench.mjs");
run("segments.bench.mjs");
run("round-trips.bench.mjs");
// These bundle, and start a stack and a server: they find their packages only from here.
for (const file of ["bundles.bench.ts", "local-stack.bench.ts", "postgres.bench.ts"]) {
  const args = ["--expose-gc", "--import", "tsx", `test/bench/${file}`];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
