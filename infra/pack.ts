import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { stringify } from "yaml";
import manifest from "../package.json" with { type: "json" };
import { bundleStreamers, driver, driverApart, options, require } from "./bundle.ts";
import { readScheduled } from "./local/schedules.ts";
import { noticesOf } from "./notices.ts";
import { buildPage } from "./page.ts";

/** The commands of the package for this machine, and their sources. */
const commands = {
  up: "infra/local/start.ts",
  demo: "infra/local/demo.ts",
  sql: "infra/local/sql.ts",
  token: "infra/tokens/run.ts",
} as const;

/** Packages with files for each platform, which a bundle can't contain. */
const external = ["dynalite", "@duckdb/node-api"] as const;

/** `npm run pack` writes the tarballs of both packages into dist/, which `npm run bundle` has filled. */
async function pack(): Promise<void> {
  const dir = join("dist", "local");
  await stageLocal(dir);
  for (const folder of [".", `./${dir}`]) {
    const args = ["pack", folder, "--ignore-scripts", "--silent", "--pack-destination", "dist"];
    console.log(join("dist", execFileSync("npm", args, { encoding: "utf8" }).trim()));
  }
}

/** Writes the package for this machine: its bundles are as deep in it as the sources in the checkout. */
async function stageLocal(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  const bundles = join(dir, "dist", "local");
  const bundle = {
    ...options,
    target: "node20",
    banner: { js: require },
    // Only a checkout builds the streamers and the page.
    external: [...external, "../bundle.ts", "../page.ts"],
  };
  const local = await build({
    ...bundle,
    entryPoints: Object.entries(commands).map(([out, file]) => ({ in: file, out })),
    outdir: bundles,
    splitting: true,
    chunkNames: "[name]-[hash]",
    define: { PACKAGED: "true" },
    plugins: [driverApart],
  });
  const drivers = await build({ ...driver, outdir: bundles, target: "node20" });
  const programs = await bundleStreamers(join(dir, "dist"));
  await writeFile(join(dir, "NOTICES.txt"), noticesOf([local, drivers, programs].map(each => each.metafile)));
  const copied = { "infra/local/README.md": "README.md", LICENSE: "LICENSE", [sample]: sample };
  for (const [from, to] of Object.entries(copied)) {
    await mkdir(dirname(join(dir, to)), { recursive: true });
    await copyFile(from, join(dir, to));
  }
  await writeFile(join(bundles, "page.html"), await buildPage());
  const scheduled = await readScheduled("serverless.yml");
  const streamers = Object.fromEntries(scheduled.map(({ streamer, ...entry }) => [streamer, entry]));
  await writeFile(join(dir, "serverless.yml"), stringify({ custom: { streamers } }));
  await writeFile(join(dir, "package.json"), `${JSON.stringify(await localManifest(), null, 2)}\n`);
}

const sample = "test/streams/inboxes.stitchstream";

async function localManifest() {
  const { version, keywords, repository, license, type, engines, devDependencies } = manifest;
  return {
    name: manifest.config.local,
    version,
    description: await firstParagraph("infra/local/README.md"),
    keywords,
    repository,
    license,
    type,
    engines,
    exports: Object.fromEntries(Object.keys(commands).map(name => [`./${name}`, `./dist/local/${name}.mjs`])),
    dependencies: Object.fromEntries(external.map(name => [name, devDependencies[name]])),
  };
}

/** The text after the title, in one line. */
async function firstParagraph(path: string): Promise<string> {
  const [, text] = (await readFile(path, "utf8")).split("\n\n") as [string, string];
  return text.replaceAll("\n", " ");
}

await pack();
