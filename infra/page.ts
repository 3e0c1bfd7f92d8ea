import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const folder = new URL("../functions/page/", import.meta.url);

/**
 * Resolves to the status page: functions/page/index.html with its style and its bundled script inline. Equal
 * sources make equal bytes.
 */
export async function buildPage(): Promise<string> {
  const [html, style, script] = await Promise.all([
    readFile(new URL("index.html", folder), "utf8"),
    bundled("page.css"),
    bundled("main.ts"),
  ]);
  // Functions, since a replacement's text could hold `$`.
  return html
    .replace("<!-- style -->", () => `<style>${style}</style>`)
    .replace("<!-- script -->", () => `<script>${script}</script>`);
}

/** Resolves to a bundled file. esbuild escapes `</script` and `</style`. */
async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL(name, folder).pathname],
    bundle: true,
    minify: true,
    write: false,
    charset: "utf8",
    format: "iife",
    target: ["chrome109", "firefox115", "safari16.4"],
  });
  return outputFiles[0]!.text.trim();
}
