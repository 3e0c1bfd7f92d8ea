import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookmark, jsonline, post, token } from "../endpoint/local-stack.ts";
import { type KnownStack, startKnownStack } from "./contents.ts";
import { signIn, texts, useBrowser } from "./visits.ts";

/** Refused tokens, an endpoint that does not answer, and what others may put into a streamer's contents. */
let stack: KnownStack;
beforeAll(async () => {
  stack = await startKnownStack();
});
afterAll(() => stack.close());
const visit = useBrowser();

describe("a token", () => {
  it.each(["wrong", "expired"])("that is %s is refused, and the page asks again", async which => {
    const { page } = await visit(stack.url);
    await signIn(page, which === "wrong" ? "persister_nothing" : stack.expiredToken);
    await page.getByRole("alert").getByText("The token is missing, wrong, expired or revoked.").waitFor();
    expect(await page.getByLabel("Token").inputValue()).toBe("");
    await signIn(page, token);
    await page.locator(".fleet").waitFor();
  });

  it("that no header can contain is named before it is sent", async () => {
    const { page, requests } = await visit(stack.url);
    await signIn(page, "“persister_nothing…”");
    expect(await page.evaluate("document.getElementById('token').validationMessage")).toMatch(/ellipsis/);
    expect(requests).toEqual(["/"]);
    await signIn(page, token);
    await page.locator(".fleet").waitFor();
  });

  it("for one streamer shows that one", async () => {
    const { page } = await visit(stack.url);
    await signIn(page, stack.readToken);
    await page.getByRole("heading", { name: "github up to date" }).waitFor();
    expect(page.url()).toBe(`${stack.url}/#/streamers/github`);
  });

  it("stays in its tab: in no URL, and in no other storage", async () => {
    const { page, requests } = await visit(stack.url);
    await signIn(page, token);
    await page.getByText("segment 3").waitFor();
    await page.reload();
    await page.getByText("segment 3").waitFor();
    expect(requests.join()).not.toContain(token);
    expect(page.url()).not.toContain(token);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate("localStorage.length")).toBe(0);
    const other = await page.context().newPage();
    await other.goto(stack.url);
    await other.getByLabel("Token").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
  });

  it("is a JWT, or cannot be used at all, as the endpoint decides", async () => {
    const { page } = await visit(stack.url);
    const served = await (await fetch(`${stack.url}/`)).text();
    const serve = async (authorization: string) => {
      const text = served.replace('data-authorization="token"', `data-authorization="${authorization}"`);
      await page.route(`${stack.url}/`, route => route.fulfill({ body: text, contentType: "text/html" }));
      await page.reload();
    };
    await serve("jwt");
    await page.getByLabel("JWT").waitFor();
    expect(await page.getByRole("link", { name: "Tokens" }).count()).toBe(0);
    await serve("iam");
    await page.getByRole("heading", { name: "This page cannot be used here" }).waitFor();
    expect(await page.locator("pre").innerText()).toContain("aws configure export-credentials");
    expect(await page.locator("input").count()).toBe(0);
  });

  it("with admin creates, lists and revokes others", async () => {
    const { page } = await visit(stack.url);
    await signIn(page, token);
    await page.getByRole("link", { name: "Tokens" }).click();
    await page.getByLabel("Streamer, or * for all").fill("drift");
    await page.getByRole("button", { name: "Create a token" }).click();
    const made = await page.locator(".command code").innerText();
    expect(made).toMatch(/^persister_[\w-]{43}$/);
    const read = () =>
      fetch(`${stack.url}/v1/streamers/drift`, { headers: { authorization: `Bearer ${made}` } });
    expect((await read()).status).toBe(200);
    const row = page.getByRole("row").filter({ hasText: "drift" });
    expect((await row.innerText()).replace(/\s+/g, " ")).toMatch(/drift write, read .* in (89|90) d/);
    await row.getByRole("button", { name: /^Revoke/ }).click();
    await page.getByRole("button", { name: "Revoke it" }).click();
    await row.waitFor({ state: "detached" });
    expect((await read()).status).toBe(401);
  });
});

it("an endpoint that does not answer is named, and asked again", async () => {
  const { page } = await visit(stack.url);
  await signIn(page, token);
  await page.getByText("segment 3").waitFor();
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("alert").getByText("The endpoint does not answer.").waitFor();
  // What was read before stays.
  expect(await page.locator(".fleet tbody tr").count()).toBe(6);
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
});

it.each([
  ["of a proxy", { contentType: "text/html", body: "<title>Sign in</title>" }],
  ["that is not JSON", { contentType: "application/json", body: '{"streamers":[' }],
])("an answer %s is named, and asked for again", async (_, answer) => {
  const { page, complaints } = await visit(stack.url);
  await page.route("**/v1/streamers?**", route => route.fulfill({ status: 200, ...answer }));
  await signIn(page, token);
  await page.getByRole("alert").getByText("Not the endpoint's answer").waitFor();
  expect(await page.getByText("Loading").count()).toBe(0);
  await page.unroute("**/v1/streamers?**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".fleet").waitFor();
  expect(complaints).toEqual([]);
});

it("a question closes with its view", async () => {
  const { page } = await visit(stack.url);
  await signIn(page, token);
  await page.getByRole("link", { name: "github", exact: true }).click();
  await page.getByText("Revision 29").click();
  await page.getByRole("button", { name: "Go back to this bookmark" }).click();
  await page.getByRole("dialog").waitFor();
  await page.goBack();
  await page.locator(".fleet").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
});

it("hostile names and values are text", async () => {
  const markup = '"><img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  const schema = { type: "object", properties: { [markup]: { type: "string", maxLength: 1 } } };
  const faulty = { type: "RECORD", stream: markup, record: { [markup]: markup } };
  const value = { [markup]: markup, "‮": "\u0000 ' \\ ${x}" };
  await post(stack, "hostile", jsonline(bookmark(1)));
  await post(stack, "hostile", jsonline(bookmark(value)));
  await post(
    stack,
    "hostile",
    jsonline({ type: "SCHEMA", stream: markup, schema, key_properties: [] }, faulty),
  );
  const { page, complaints, requests } = await visit(stack.url);
  await signIn(page, token);
  await page.getByRole("link", { name: "hostile" }).click();
  await page.getByRole("heading", { name: "Deliveries" }).waitFor();
  await page.getByText("Revision 2", { exact: false }).last().click();
  expect(await page.locator("dl").innerText()).toContain(markup);
  expect((await texts(page, "pre.diff")).join()).toContain("<script>");
  await page.getByText("Revision 1", { exact: false }).last().click();
  await page.getByRole("button", { name: "Go back to this bookmark" }).click();
  expect(await page.evaluate("window.hit")).toBeUndefined();
  expect(await page.locator("main img, main script").count()).toBe(0);
  expect(complaints).toEqual([]);
  expect(requests.filter(each => !each.startsWith("/v1/") && each !== "/")).toEqual([]);
  await page.goto(`${stack.url}/#/streamers/%3Cimg%20src=x%3E`);
  await page.getByRole("alert").waitFor();
  expect(await page.locator("main img").count()).toBe(0);
});
