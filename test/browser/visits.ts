import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launch } from "./chromium.ts";

/** A page that somebody has opened, and what the browser noted of it. */
export interface Visit {
  readonly page: Page;
  /** The paths that were requested, with their queries. */
  readonly requests: readonly string[];
  /** The complaints of the browser: the policy's violations, and errors of the script. */
  readonly complaints: readonly string[];
}

const hangMilliseconds = 5 * 60_000;

/** A browser for a test file. Each visit has a tab and a storage of its own. */
export function useBrowser(): (url: string, options?: BrowserContextOptions) => Promise<Visit> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  return async (url, options = {}) => {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    // Catches hangs only, however busy the machine is.
    page.setDefaultTimeout(hangMilliseconds);
    const [requests, complaints]: [string[], string[]] = [[], []];
    page.on("request", request => {
      const { pathname, search, protocol } = new URL(request.url());
      if (protocol !== "data:") requests.push(pathname + search);
    });
    page.on("pageerror", error => complaints.push(String(error)));
    page.on("console", message => {
      // The browser notes each refused request by itself.
      if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
        complaints.push(message.text());
    });
    await page.goto(`${url}/`);
    return { page, requests, complaints };
  };
}

/** Pastes a token, as a person does. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel(/^(Token|JWT)$/).fill(token);
  await page.getByRole("button", { name: "Show" }).click();
}

/** Resolves to the texts of the elements that a selector finds, each on one line. */
export const texts = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(selector).allInnerTexts()).map(text => text.replace(/\s+/g, " ").trim());
