import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's package, or the one that CHROMIUM names. */
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The path of a browser on this machine; undefined without one. */
export const chromiumPath = (): string | undefined =>
  process.env.CHROMIUM ?? places.find(path => existsSync(path));

/** Starts the browser, without a window. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath()!,
    // A container's root has no sandbox of its own.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
