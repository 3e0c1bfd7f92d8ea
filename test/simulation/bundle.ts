import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** Packages resolve from here, and Git ignores it. */
const cache = new URL("../../node_modules/.simulation-", import.meta.url).pathname;

/** Creates a folder for bundles, which the caller deletes. */
export const bundleFolder = () => mkdtemp(cache);

/** Bundles a file in test/simulation with its own imports into one module; resolves to its path. */
export async function bundle(
  entry: string,
  dir: string,
  name: string,
  plugins: Plugin[] = [],
): Promise<string> {
  const outfile = join(dir, `${name}.mjs`);
  await build({
    entryPoints: [new URL(entry, import.meta.url).pathname],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    plugins,
  });
  return outfile;
}
