import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** Below it packages are found, and Git sees nothing. */
const cache = new URL("../../node_modules/.simulation-", import.meta.url).pathname;

/** A folder for bundles. Whoever makes it takes it away. */
export const bundleFolder = () => mkdtemp(cache);

/** Makes one module of a file in test/simulation and all that it imports of ours; resolves to its path. */
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
