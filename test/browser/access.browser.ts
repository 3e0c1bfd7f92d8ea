import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookmark, jsonline, post, token } from "../endpoint/local-stack.ts";
import { type KnownStack, startKnownStack } from "./contents.ts";
import { signIn, texts, useBrowser } from "./visits.ts";

/** The page for everybody: by keyboard, with a screen reader, on a small screen, in the dark. */
let stack: KnownStack;
beforeAll(async () => {
  stack = await startKnownStack();
});
afterAll(() => stack.close());
const visit = useBrowser();

/** Resolves to the violations that axe finds, with the elements. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>("axe.run()");
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const widthOf = (page: Page) => page.evaluate<number>("document.documentElement.scrollWidth");

describe.each(["light", "dark"] as const)("in %s", colorScheme => {
  it.each([1_100, 360])("axe finds nothing, and nothing is cut off, at %d px", async width => {
    // axe is not a script that the page's policy allows.
    const options = { colorScheme, viewport: { width, height: 740 }, bypassCSP: true };
    const { page } = await visit(stack.url, options);
    const check = async (where: string) => {
      expect([where, await violations(page)]).toEqual([where, []]);
      expect([where, await widthOf(page)]).toEqual([where, width]);
    };
    await check("sign in");
    await signIn(page, "wrong");
    await page.getByRole("alert").waitFor();
    await check("a wrong token");
    await signIn(page, token);
    await page.getByText("segment 3").waitFor();
    await check("streamers");
    for (const name of ["drift", "shopify-eu", "github"]) {
      await page.goto(`${stack.url}/#/streamers/${name}`);
      await page.getByRole("heading", { name: "Deliveries" }).waitFor();
      await page.locator(".history summary").nth(1).click();
      await check(name);
    }
    await page.goto(`${stack.url}/#/tokens`);
    await page.getByRole("heading", { name: "Existing tokens" }).waitFor();
    await page.locator(".tokens tbody tr").first().waitFor();
    await check("tokens");
    // No cell is a column of letters.
    const heights = await page
      .locator(".tokens tbody tr")
      .evaluateAll(rows => rows.map(row => row.clientHeight));
    expect(Math.max(...heights)).toBeLessThan(80);
    await page.goto(`${stack.url}/#/streamers/github`);
    await page.locator(".history summary").nth(1).click();
    await page.getByRole("button", { name: "Go back to this bookmark" }).click();
    await check("the question before a rewind");
  });
});

it("everything can be reached and done by keyboard", async () => {
  const { page } = await visit(stack.url);
  // The form has the focus.
  await page.keyboard.type(token);
  await page.keyboard.press("Enter");
  await page.getByText("segment 3").waitFor();
  await reach(page, "drift");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "History" }).waitFor();
  await reach(page, "Revision 3");
  await page.keyboard.press("Enter");
  await reach(page, "Go back to this bookmark");
  await page.keyboard.press("Enter");
  // Nothing happens by accident: the focus is on the way out.
  expect(await focused(page)).toBe("Cancel");
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await focused(page)).toMatch(/^Go back/);
});

describe("a refresh", () => {
  it("of the list keeps the focus", async () => {
    const { page } = await visit(stack.url);
    await signIn(page, token);
    await page.getByText("segment 3").waitFor();
    const link = page.getByRole("link", { name: "drift", exact: true });
    await link.evaluate(each => each.setAttribute("data-before", ""));
    await link.focus();
    await page.getByRole("button", { name: "Refresh" }).dispatchEvent("click");
    await page.locator("[data-before]").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("drift");
  });

  it("of a streamer keeps the focus", async () => {
    const { page } = await openStreamer("drift");
    const link = page.getByRole("link", { name: "Read more" });
    await link.evaluate(each => each.setAttribute("data-before", ""));
    await link.focus();
    await page.clock.fastForward(refreshMilliseconds);
    await page.locator("[data-before]").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("Read more");
  });

  it("leaves a bookmark open that somebody reads, and offers what is new", async () => {
    const { page } = await openStreamer("postgres-orders");
    await page.getByText("Revision 3").click();
    await post(stack, "postgres-orders", jsonline(bookmark({ xmin: 7_777 })));
    await page.clock.fastForward(refreshMilliseconds);
    await page.getByText("There are newer deliveries.").waitFor();
    expect(await page.locator(".history details[open]").count()).toBe(1);
    await page.getByRole("button", { name: "Show them" }).click();
    await page.locator(".history").getByText("Revision 6").waitFor();
    expect(await page.getByText("There are newer deliveries.").count()).toBe(0);
  });
});

const refreshMilliseconds = 10_000;

/** Opens a streamer with a clock that the test moves on. */
async function openStreamer(name: string) {
  const opened = await visit(stack.url);
  await opened.page.clock.install();
  await signIn(opened.page, token);
  await opened.page.getByRole("link", { name, exact: true }).click();
  await opened.page.getByRole("heading", { name: "Deliveries" }).waitFor();
  return opened;
}

const focused = (page: Page) => page.evaluate<string>("document.activeElement?.textContent ?? ''");

/** Presses Tab until an element whose text begins so has the focus, which has to be visible. */
async function reach(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    if (!(await focused(page)).startsWith(text)) continue;
    const style = await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
    expect(style).toBe("solid");
    return;
  }
  throw new Error(`Tab does not reach ${text}.`);
}

it("a screen reader gets headings in order, names of regions, and states as words", async () => {
  const { page } = await visit(stack.url);
  await signIn(page, token);
  await page.getByText("segment 3").waitFor();
  expect(await page.getByRole("row").count()).toBe(7);
  await page.getByRole("rowheader", { name: "chargebee" }).waitFor();
  expect(await texts(page, ".fleet tbody .badge")).toContain("stale");
  await page.getByRole("link", { name: "github", exact: true }).click();
  await page.getByRole("heading", { name: "Deliveries" }).waitFor();
  expect(await texts(page, "h1:visible, h2:visible, h3:visible")).toEqual([
    "github up to date",
    "Runs now",
    "Failed last",
    "Per stream and day",
    "Bookmark",
    "History",
    "Deliveries",
  ]);
});
