import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** `npm run bench`: bundled first, for bundled code is what runs in Lambda. */
const outfile = join(await mkdtemp(join(tmpdir(), "persister-bench-")), "decode.mjs");
await build({
  entryPoints: ["test/bench/decode.bench.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  mainFields: ["module", "main"],
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
});
await import(pathToFileURL(outfile).href);
