import { readFile } from "node:fs/promises";

/** Reads the status page, which is next to the function's bundle. */
export const readPageFile = () => readFile(new URL("page.html", import.meta.url), "utf8");
