import { mkdir } from "node:fs/promises";
import type { Page } from "playwright-core";
import { token } from "../endpoint/local-stack.ts";
import { launch } from "./chromium.ts";
import { startKnownStack } from "./contents.ts";
import { signIn } from "./visits.ts";

/** `npm run screenshots`: pictures of the status page in docs/images, one a question, light and dark. */
const folder = "docs/images";
const size = { width: 960, height: 700 };

interface Picture {
  readonly name: string;
  readonly show: (page: Page) => Promise<void>;
}

const openStreamer = async (page: Page, name: string) => {
  await page.goto(`${new URL(page.url()).origin}/#/streamers/${name}`);
  await page.getByRole("heading", { name: "Deliveries" }).waitFor();
  await page.locator(".history li").first().waitFor();
};

const pictures: readonly Picture[] = [
  { name: "streamers", show: async page => page.getByText("segment 3").waitFor() },
  { name: "runs-now", show: page => openStreamer(page, "shopify-eu") },
  { name: "failed-last", show: page => openStreamer(page, "drift") },
  {
    name: "history",
    show: async page => {
      await openStreamer(page, "github");
      await page.getByText("Revision 30").click();
      await page.getByRole("heading", { name: "Bookmark", exact: true }).scrollIntoViewIfNeeded();
      await page.evaluate("document.getElementById('h-bookmark').scrollIntoView()");
    },
  },
  {
    name: "go-back",
    show: async page => {
      await openStreamer(page, "github");
      await page.getByText("Revision 29").click();
      await page.getByRole("button", { name: "Go back to this bookmark" }).click();
    },
  },
  {
    name: "days",
    show: async page => {
      await openStreamer(page, "github");
      await page.evaluate("document.querySelector('.days').closest('section').scrollIntoView()");
    },
  },
];

const stack = await startKnownStack();
const browser = await launch();
await mkdir(folder, { recursive: true });
for (const colorScheme of ["light", "dark"] as const) {
  for (const { name, show } of pictures) {
    const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${stack.url}/`);
    await signIn(page, token);
    await page.getByText("segment 3").waitFor();
    await show(page);
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` });
    await context.close();
  }
}
await browser.close();
await stack.close();
