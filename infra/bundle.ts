import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { noticesOf } from "./notices.ts";
import { buildPage } from "./page.ts";

/** The functions of serverless.yml; test/infra/template.test.ts compares the two lists. */
export const functions = ["ingest", "bookmark", "change", "overview", "tokens", "watch", "schedule"] as const;

/** The streamers that can run on a schedule. */
const streamers = ["github", "chargebee", "drift"];

const kB = 1_000;
/** Limits what a function loads at its start: its bundle, and the chunks that it imports statically. */
export const startBytesMax = 850 * kB;

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

/** How a function is bundled; test/bench compares it with its AWS clients, bundled alike. */
export const functionOptions = {
  ...options,
  // What is imported on first need is a chunk of its own, and so is what it shares with the function.
  splitting: true,
  target: "node24",
  banner: { js: require },
  plugins: [driverApart],
} satisfies BuildOptions;

/** Bundles a function, with its chunks under names that serverless.yml packages with it alone. */
export async function bundleFunction(name: string, outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    ...functionOptions,
    entryPoints: [`functions/${name}.ts`],
    outdir,
    chunkNames: `chunks/${name}-[hash]`,
    sourcemap: "linked",
    sourcesContent: false,
  });
  return metafile;
}

/** Returns the files that importing the output `path` loads. */
export function loadedAtStart({ outputs }: Metafile, path: string): ReadonlySet<string> {
  const loaded = new Set([path]);
  // A set's iteration also visits what is added meanwhile.
  for (const each of loaded)
    for (const { path: imported, kind, external } of outputs[each]!.imports)
      if (kind === "import-statement" && !external) loaded.add(imported);
  return loaded;
}

/** As `nodeHttp` in functions/import-api/http-post.ts: the agents of proxies import node:http, too. */
const httpAsBuiltin: Plugin = {
  name: "http",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, () => ({ path: "http", namespace: "builtin" }));
    const contents = 'module.exports = process.getBuiltinModule("node:http");';
    onLoad({ filter: /^http$/, namespace: "builtin" }, () => ({ contents }));
  },
};

/** The file that `persist` loads once it knows that Node can read it. */
const mainApart: Plugin = {
  name: "main",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: "./main.mjs", external: true })),
};

/**
 * Bundles each function with the AWS SDK into `<outdir>/<name>.mjs` and `<outdir>/chunks/<name>-…`, the
 * streamers into `<outdir>/streamers/`, the commands `persist` and `stitchstream` into `<outdir>/cli/`, and
 * their chunks into `<outdir>/cli/chunks/`.
 * Equal sources make equal bytes.
 */
async function bundle(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  for (const name of functions) {
    const metafile = await bundleFunction(name, outdir);
    const path = Object.keys(metafile.outputs).find(each => each.endsWith(`/${name}.mjs`))!;
    const loaded = [...loadedAtStart(metafile, path)];
    const bytes = loaded.reduce((sum, each) => sum + metafile.outputs[each]!.bytes, 0);
    report(path, bytes);
    if (bytes > startBytesMax)
      throw new Error(`${path} loads more than ${startBytesMax / kB} kB at its start`);
  }
  await build({ ...driver, outdir, target: "node24" });
  await writeFile(join(outdir, "page.html"), await builtPage());
  const programs = await bundleStreamers(outdir);
  const command = await build({
    ...options,
    entryPoints: ["cli/persist.ts", "cli/main.ts", "cli/stitchstream.ts"],
    outdir: join(outdir, "cli"),
    // Chunks that are imported on first need, such as the engine of patterns, aren't compiled at each start.
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    target: "node20",
    banner: { js: shebang + require },
    plugins: [driverApart, mainApart, httpAsBuiltin],
  });
  const drivers = await build({ ...driver, outdir: join(outdir, "cli"), target: "node20" });
  const published = [programs, command, drivers].map(each => each.metafile);
  await writeFile(join(outdir, "cli", "NOTICES.txt"), noticesOf(published));
  for (const { outputs } of [programs.metafile, command.metafile])
    for (const [path, { bytes, entryPoint }] of Object.entries(outputs)) {
      if (entryPoint !== undefined) await chmod(path, 0o755);
      report(path, bytes);
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

const report = (path: string, bytes: number) => console.log(`${path}  ${Math.ceil(bytes / kB)} kB`);

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
