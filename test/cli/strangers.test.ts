import { afterEach, describe, expect, it } from "vitest";
import { type ScriptedServer, type Step, startScriptedServer } from "../import-api/scripted-server.ts";
import { commanded } from "./program.ts";

/** Another server than a Persister endpoint: its answer is never an output, and never raw on a terminal. */
let server: ScriptedServer | undefined;
afterEach(() => server?.close());

async function asked(step: Step, ...args: readonly string[]): Promise<string> {
  server = await startScriptedServer([step]);
  const words = [...args, "--endpoint", server.url, "--streamer", "s"];
  const answer = commanded(words, { PERSIST_TOKEN: "a-token" });
  const message = await answer.then(({ stdout }) => `succeeded: ${stdout}`, String);
  return message.replaceAll(server.url, "URL");
}

const page = "<!doctype html>\n<html>\u001b[31mHello</html>\n";
const stranger = "CliError: URL answers, but it is not a Persister endpoint. Is --endpoint right?";

describe("a page of HTML is never a command's output", () => {
  it.each([
    "bookmark get",
    "bookmark history --json",
    "deliveries --json",
    "deliveries 01",
    "settings get",
    "status --json",
    "token create --scope read --json",
  ])("%s", async words => {
    expect(await asked({ status: 200, body: page }, ...words.split(" "))).toBe(stranger);
  });

  it("nor is what is not an object", async () => {
    expect(await asked({ status: 200, body: "null" }, "deliveries", "01", "--json")).toBe(stranger);
  });
});

describe("an error says on one line what another server has answered", () => {
  const html = "a page of HTML, which another server or a proxy has sent.";
  it.each<[Step, string]>([
    [{ status: 404, body: page }, `URL answered 404: ${html} Is --endpoint right?`],
    [{ status: 403, body: page }, `URL answered 403: ${html}`],
    [{ status: 403, body: '{"message":"Forbidden"}' }, "URL answered 403: Forbidden"],
    [
      { status: 301, headers: { location: "https://a.example/" } },
      "URL answered 301: it redirects to https://a.example/. Is --endpoint right?",
    ],
    [{ status: 400, body: "null" }, "URL answered 400: null"],
    [{ status: 400, body: '{"errors":{"a":1}}' }, 'URL answered 400: {"errors":{"a":1}}'],
    [{ status: 400, body: "no\u001b[2J\nway" }, "URL answered 400: no\\u001b[2J way"],
    [
      { status: 400, body: JSON.stringify({ code: "a\u001b[1m", detail: "b\u0007\nc", hint: "\u009bd" }) },
      "URL answered 400 a\\u001b[1m: b\\u0007 c \\u009bd",
    ],
    [
      { status: 400, body: JSON.stringify({ errors: [{ line: 3, message: "\u001b[2J\nx" }] }) },
      "URL answered 400:\n  line 3: \\u001b[2J x",
    ],
  ])("%j", async (step, message) => {
    expect(await asked(step, "bookmark", "get")).toBe(`CliError: ${message}`);
  });
});

it("a word too many is refused before anything is changed", async () => {
  const step = { status: 500 } as const;
  expect(await asked(step, "bookmark", "forget", "drift")).toMatch(
    /^CliError: persist bookmark forget takes no argument, and got drift\. Name the streamer with --streamer/,
  );
  expect(await asked(step, "bookmark", "set", '{"a":', "1}")).toBe(
    "CliError: persist bookmark set takes one value, and got also 1}. Quote the value.",
  );
});
