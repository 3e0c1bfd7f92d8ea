import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookmark, get, getBookmark, jsonline, post, token } from "../endpoint/local-stack.ts";
import { exactId, type KnownStack, startKnownStack } from "./contents.ts";
import { signIn, texts, useBrowser } from "./visits.ts";

/** The five questions, answered by the page on a stack whose contents are known. */
let stack: KnownStack;
beforeAll(async () => {
  stack = await startKnownStack();
});
afterAll(() => stack.close());
const visit = useBrowser();
const run = promisify(execFile);

async function visitStreamer(name: string): Promise<Page> {
  const { page, complaints } = await visit(stack.url);
  await signIn(page, token);
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name: "History" }).waitFor();
  expect(complaints).toEqual([]);
  return page;
}

interface Days {
  readonly days: readonly { readonly date: string; readonly records: number; readonly bytes: number }[];
}

/** Resolves to the value of a term in a definition list. */
const saidOf = async (page: Page, term: string) => (await texts(page, `dt:text-is("${term}") + dd`))[0]!;

describe("is every streamer up to date?", () => {
  it("the worst is first, with its state as a word, its age and its interval", async () => {
    const { page, requests, complaints } = await visit(stack.url);
    await signIn(page, token);
    await page.getByRole("heading", { name: "3 of 6 streamers need attention" }).waitFor();
    await page.getByText("segment 3").waitFor();
    const rows = await texts(page, ".fleet tbody tr");
    expect(rows.map(row => /^(\S+) (stale|failing|running|up to date)/.exec(row)?.slice(1))).toEqual([
      ["chargebee", "stale"],
      ["drift", "failing"],
      ["hubspot", "failing"],
      ["shopify-eu", "running"],
      ["postgres-orders", "up to date"],
      ["github", "up to date"],
    ]);
    expect(rows[0]).toMatch(/4 d ago, expected every 1 d/);
    expect(rows[3]).toMatch(/expected every 6 h/);
    // The page, the list, and what is in flight.
    expect(requests).toEqual(["/", "/v1/streamers?limit=1000", "/v1/streamers?limit=1000&state=running"]);
    expect(complaints).toEqual([]);
  });

  it("a state and a part of a name filter it", async () => {
    const { page } = await visit(stack.url);
    await signIn(page, token);
    await page.getByRole("button", { name: "failing 2" }).click();
    expect(await texts(page, ".fleet tbody th")).toEqual(["drift", "hubspot"]);
    await page.getByLabel("Filter by name").fill("hub");
    expect(await texts(page, ".fleet tbody th")).toEqual(["hubspot"]);
    await page.getByLabel("Filter by name").fill("nothing");
    await page.getByText("No streamer matches.").waitFor();
  });
});

it("what runs now: since when, which segment, which delivery, until when", async () => {
  const page = await visitStreamer("shopify-eu");
  const { inFlight } = (await (
    await fetch(`${stack.url}/v1/streamers/shopify-eu`, { headers: { authorization: `Bearer ${token}` } })
  ).json()) as { inFlight: { delivery: string; since: string; until: string } };
  expect(await saidOf(page, "Segment of the run")).toBe("3");
  expect(await saidOf(page, "Delivery that holds the lease")).toBe(inFlight.delivery);
  expect(await saidOf(page, "Since")).toMatch(/^(\d+ min|\d+ s) ago, 2\d{3}-/);
  expect(await saidOf(page, "Lease ends")).toMatch(/^in \d+ min/);
  const instants = await page
    .locator("dd time")
    .evaluateAll(all => all.map(each => each.getAttribute("datetime")));
  expect(instants.slice(0, 2)).toEqual([inFlight.since, inFlight.until]);
});

describe("what failed last", () => {
  it("where, why, what to do, and where the body is", async () => {
    const page = await visitStreamer("drift");
    await page.getByText("Nothing has been committed since.").waitFor();
    expect(await saidOf(page, "Line")).toBe("5");
    expect(await saidOf(page, "Field")).toBe("id");
    expect(await saidOf(page, "Stream")).toBe("conversations");
    expect(await saidOf(page, "Why")).toMatch(/the key is null/);
    expect(await saidOf(page, "What to do")).toMatch(/^Fix the fields that errors names/);
    const body = await saidOf(page, "Body");
    expect(body).toMatch(/^s3:\/\/persister-archive\/raw\/drift\/.*\.stitchstream$/);
    await page.getByText(`aws s3 cp ${body} .`).waitFor();
  });

  it("its link leads to what the endpoint says of the error", async () => {
    const page = await visitStreamer("drift");
    const [opened] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("link", { name: "invalid-records" }).first().click(),
    ]);
    await opened.waitForLoadState();
    expect(opened.url()).toBe(`${stack.url}/v1/errors/invalid-records`);
    expect(await opened.locator("body").innerText()).toMatch(/What to do/);
  });
});

it("how much came per stream and day, today against the days before", async () => {
  const page = await visitStreamer("github");
  const { days } = (await (await get(stack, "/v1/streamers/github/days")).json()) as Days;
  const dateBefore = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString().slice(0, 10);
  const recordsOf = (date: string) => days.find(day => day.date === date)?.records ?? 0;
  const rowsOf = (measure: string) => texts(page, `[aria-label="${measure} per stream and day"] tbody tr`);
  const rows = await rowsOf("Records");
  expect(days.length).toBeGreaterThan(10);
  expect(rows.map(row => row.split(" ")[0])).toEqual(["all", "commits", "issues", "releases"]);
  const [today, yesterday] = [0, 1].map(n => recordsOf(dateBefore(n)));
  expect(rows[0]).toMatch(new RegExp(`^all streams ${today} ${yesterday} \\d+$`));
  expect(await page.locator(".days tbody tr").first().locator("rect.before").count()).toBe(days.length - 1);
  expect((await rowsOf("Bytes"))[0]).toMatch(/^all streams [\d.]+ kB [\d.]+ kB [\d.]+ kB$/);
});

describe("what was the bookmark before, and how do I go back", () => {
  it("each commit says what it changed, by line and to the last digit", async () => {
    const page = await visitStreamer("github");
    await page.getByText("Revision 30").click();
    const lines = await texts(page, ".history details[open] .line");
    expect(lines.filter(line => /^[-+]/.test(line))).toHaveLength(4);
    expect(lines.find(line => line.startsWith("+"))).toMatch(/^\+ added: "issues": "2026-11-2\d/);
    expect(lines.some(line => line.includes(exactId))).toBe(true);
  });

  it("so does the last one of a page, whose predecessor is on the next", async () => {
    const page = await visitStreamer("github");
    await page.getByRole("button", { name: "Show older bookmarks" }).click();
    await page.locator(".history summary").nth(19).waitFor();
    for (const at of [9, 10]) await page.locator(".history summary").nth(at).click();
    expect(await texts(page, ".history details[open] .entry > p")).toEqual([
      "Compared with revision 21:",
      "Compared with revision 20:",
    ]);
  });

  it.each([
    ["short", { text: "it's $HOME, `id` and !! \\ \n é 😀" }],
    ["long", Array.from({ length: 2_000 }, (_, at) => `it's item ${at}`)],
  ])("the command goes back to a %s bookmark, pasted into a shell", async (name, value) => {
    await post(stack, name, jsonline(bookmark(value)));
    await post(stack, name, jsonline(bookmark("newer")));
    const page = await visitStreamer(name);
    await page.getByText("Revision 1", { exact: true }).click();
    await page.getByRole("button", { name: "Go back to this bookmark" }).click();
    const command = await page.getByRole("dialog").locator("pre code").innerText();
    await run("bash", ["-c", command], { env: { ...process.env, TOKEN: token } });
    expect(await (await getBookmark(stack, name)).text()).toBe(JSON.stringify(value));
    expect((await getBookmark(stack, name)).headers.get("etag")).toBe('"3"');
  });

  it("it asks first, and a revision that has moved keeps everything as it is", async () => {
    const page = await visitStreamer("postgres-orders");
    await page.getByText("Revision 3", { exact: false }).first().click();
    await page.getByRole("button", { name: "Go back to this bookmark" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.innerText()).toContain("Go back to the bookmark of revision 3?");
    expect(await dialog.locator("pre code").innerText()).toContain(`-H 'If-Match: "5"'`);
    expect(await dialog.locator("pre code").innerText()).toContain(`--data-binary '{"xmin":6997}'`);
    // Somebody else is faster.
    await fetch(`${stack.url}/v1/streamers/postgres-orders/bookmark`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "if-match": '"5"', "content-type": "application/json" },
      body: '{"xmin":1}',
    });
    await dialog.getByRole("button", { name: "Set this bookmark" }).click();
    await dialog.getByRole("alert").getByText("revision 6").waitFor();
    expect(await (await getBookmark(stack, "postgres-orders")).text()).toBe('{"xmin":1}');
  });

  it("goes back with every digit, and the page shows it", async () => {
    const page = await visitStreamer("github");
    await page.getByText("Revision 29").click();
    await page.getByRole("button", { name: "Go back to this bookmark" }).click();
    await page.getByRole("button", { name: "Set this bookmark" }).click();
    await page.getByText("set manually").first().waitFor();
    await page.getByText("Revision 32").first().waitFor();
    expect(await (await getBookmark(stack, "github")).text()).toContain(`"id":${exactId}}`);
  });

  it("a token without admin is refused, and the page says so", async () => {
    const { page } = await visit(stack.url);
    await signIn(page, stack.readToken);
    await page.getByText("Revision 28").click();
    await page.getByRole("button", { name: "Go back to this bookmark" }).click();
    await page.getByRole("button", { name: "Set this bookmark" }).click();
    await page.getByRole("dialog").getByRole("alert").getByText("scope `admin`").waitFor();
  });
});
