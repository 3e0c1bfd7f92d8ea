import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/**
 * Returns the names, licenses and copyright notices of the packages whose code is in bundles: their licenses
 * require that copies of the code contain them.
 */
export function noticesOf(bundles: readonly Metafile[]): string {
  const inputs = bundles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(each => Object.entries(each.inputs)),
  );
  const used = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? folderOf(path) : []));
  return [...new Set(used)]
    .sort()
    .map(noticeOf)
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** The folder of the package that a file belongs to; none if it is ours. */
const folderOf = (path: string): string[] => {
  const folder = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0];
  return folder === undefined ? [] : [folder];
};

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (license === undefined) throw new Error(`${folder} names no license`);
  const files = readdirSync(folder).filter(file => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.sort().map(file => readFileSync(join(folder, file), "utf8").trim());
  return [`${name} ${version} (${license})`, ...texts].join("\n\n").concat("\n");
}
