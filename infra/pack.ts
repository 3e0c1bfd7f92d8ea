import { readFileSync, writeFileSync } from "node:fs";

/**
 * Renames package.json's `dependencies` while `npm pack` runs. The tarball holds the command with its
 * packages bundled; as dependencies they would be installed a second time. An interrupted run leaves them
 * under `builtFrom`, and the next run restores them.
 */
const names = { pre: ["dependencies", "builtFrom"], post: ["builtFrom", "dependencies"] } as const;
const [from, to] = names[process.argv[2] as keyof typeof names];
const manifest = readFileSync("package.json", "utf8");
writeFileSync("package.json", manifest.replace(`\n  "${from}": {`, `\n  "${to}": {`));
