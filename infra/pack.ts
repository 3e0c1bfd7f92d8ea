import { readFileSync, writeFileSync } from "node:fs";

/**
 * `npm pack`'s tarball holds the command with all it needs bundled, so it must not name the packages as dependencies: whoever installs it
 * would get them a second time. While it is packed they are under `builtFrom`; a run that was cut off leaves them there, and the next
 * one puts them back.
 */
const names = { pre: ["dependencies", "builtFrom"], post: ["builtFrom", "dependencies"] } as const;
const [from, to] = names[process.argv[2] as keyof typeof names];
const manifest = readFileSync("package.json", "utf8");
writeFileSync("package.json", manifest.replace(`\n  "${from}": {`, `\n  "${to}": {`));
