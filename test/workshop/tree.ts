import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = new URL("../../", import.meta.url).pathname;

const folders = [".ci", ".github", "cli", "docs", "examples", "functions", "infra", "streamers", "test"];
const rootFiles = readdirSync(root, { withFileTypes: true }).filter(each => each.isFile());

/** The paths of the project's own files, and of the folders that hold them. */
export const paths: readonly string[] = [
  ...rootFiles.map(({ name }) => name).filter(name => name !== "package-lock.json"),
  ...folders.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true }).map(path => `${folder}/${path}`),
  ),
];

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The files whose paths match, with their text. */
export const textFiles = (pattern: RegExp): TextFile[] =>
  paths
    .filter(path => pattern.test(path))
    .map(path => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** Text without the beginnings of comment lines, since a sentence may continue on the next line. */
export const oneLine = (text: string) => text.replace(/\n\s*(\*|\/\/|#) /g, " ").replace(/\s+/g, " ");
