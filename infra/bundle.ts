import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { buildPage } from "./page.ts";

/** The functions of serverless.yml; test/infra/template.test.ts compares the two lists. */
export const functions = ["ingest", "bookmark", "change", "overview", "tokens", "watch", "schedule"] as const;

/** The streamers that can run on a schedule. */
const streamers = ["github", "chargebee", "drift"];

const kB = 1_000;
/** A cold start reads the whole bundle. */
const bundleBytesMax = 1_050 * kB;

/** The status page as it is sent. */
const pageBytesMax = 60 * kB;

// Some packages still require() Node's modules.
export const require = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';
export const options = {
  outExtension: { ".js": ".mjs" },
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  // ESM where packages have it, so that unused code is dropped.
  mainFields: ["module", "main"],
  metafile: true,
} satisfies BuildOptions;

const shebang = "#!/usr/bin/env node\n";

/** The driver of PostgreSQL, which is loaded at the first delivery to a database: a bundle of its own. */
export const driver = {
  ...options,
  entryPoints: ["pg"],
  banner: { js: require },
  // The driver in C, and that of another runtime: neither is used.
  external: ["pg-native", "pg-cloudflare"],
} satisfies BuildOptions;
export const driverApart: Plugin = {
  name: "driver",
  setup: ({ onResolve }) => onResolve({ filter: /^pg$/ }, () => ({ path: "./pg.mjs", external: true })),
};

/**
 * Bundles each function with the AWS SDK into `<outdir>/<name>.mjs`, the streamers into
 * `<outdir>/streamers/`, and the commands `persist` and `stitchstream` into `<outdir>/cli/`. Equal sources
 * make equal bytes.
 */
async function bundle(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    ...options,
    entryPoints: functions.map(name => `functions/${name}.ts`),
    outdir,
    target: "node24",
    banner: { js: require },
    plugins: [driverApart],
    sourcemap: "linked",
    sourcesContent: false,
  });
  await build({ ...driver, outdir, target: "node24" });
  await writeFile(join(outdir, "page.html"), await builtPage());
  const programs = await bundleStreamers(outdir);
  const command = await build({
    ...options,
    entryPoints: ["cli/persist.ts", "cli/stitchstream.ts"],
    outdir: join(outdir, "cli"),
    target: "node20",
    banner: { js: shebang + require },
    plugins: [driverApart],
  });
  await build({ ...driver, outdir: join(outdir, "cli"), target: "node20" });
  const executables = [programs.metafile, command.metafile].flatMap(each => Object.entries(each.outputs));
  for (const [path] of executables) await chmod(path, 0o755);
  const bundled = [...Object.entries(metafile.outputs), ...executables];
  for (const [path, { bytes }] of bundled) {
    if (!path.endsWith(".mjs")) continue;
    console.log(`${path}  ${Math.ceil(bytes / kB)} kB`);
    const isFunction = Object.hasOwn(metafile.outputs, path);
    if (isFunction && bytes > bundleBytesMax)
      throw new Error(`${path} is larger than ${bundleBytesMax / kB} kB`);
  }
}

/** Resolves to the status page. Throws if a browser would load too much. */
async function builtPage(): Promise<string> {
  const text = await buildPage();
  const zipped = gzipSync(text, { level: 9 }).length;
  console.log(`page.html  ${Math.ceil(text.length / kB)} kB, ${Math.ceil(zipped / kB)} kB gzipped`);
  if (zipped > pageBytesMax) throw new Error(`page.html is larger than ${pageBytesMax / kB} kB gzipped`);
  return text;
}

/** Bundles only the streamers, into `<outdir>/streamers/`. */
export const bundleStreamers = (outdir: string) =>
  build({
    ...options,
    entryPoints: streamers.map(name => `streamers/${name}.ts`),
    outdir: join(outdir, "streamers"),
    target: "node20",
    banner: { js: shebang + require },
  });

if (import.meta.url === pathToFileURL(process.argv[1]!).href) await bundle(process.argv[2] ?? "dist");
