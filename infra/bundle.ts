import { mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

/** The functions of serverless.yml; test/infra/template.test.ts holds the two lists together. */
export const functions = ["ingest", "bookmark", "change", "streamers", "watch"] as const;

const kB = 1_000;
/** A cold start reads the whole bundle. */
const bundleBytesMax = 850 * kB;

/** Bundles each function, with the AWS SDK, into `<outdir>/<name>.mjs`: equal sources make equal bytes. */
export async function bundle(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    entryPoints: functions.map(name => `functions/${name}.ts`),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // ESM where packages have it: it drops what is not used.
    mainFields: ["module", "main"],
    // Some packages still require() what Node brings.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
  });
  for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
    if (!path.endsWith(".mjs")) continue;
    console.log(`${path}  ${Math.ceil(bytes / kB)} kB`);
    if (bytes > bundleBytesMax) throw new Error(`${path} is larger than ${bundleBytesMax / kB} kB`);
  }
}

await bundle(process.argv[2] ?? "dist");
