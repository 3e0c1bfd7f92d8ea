import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { durationMilliseconds } from "../../functions/persister/duration.ts";
import { token, useStack } from "../endpoint/local-stack.ts";

/** Runs the requests of docs/first-deploy.md word for word. */
const root = new URL("../../", import.meta.url);
const page = await readFile(new URL("docs/first-deploy.md", root), "utf8");
const requests = page.replaceAll("\\\n", "").match(/^curl .*$/gm)!;
const stack = useStack();
const yearMilliseconds = 365 * 86_400_000;

it("each request succeeds, and nobody waits for the test's streamer afterwards", async () => {
  const env = { PATH: process.env.PATH, URL: stack().url, TOKEN: token };
  const answers: string[] = [];
  for (const request of requests)
    answers.push((await promisify(execFile)("sh", ["-c", request], { cwd: root, env })).stdout);
  expect(answers).toEqual(Array(3).fill(expect.stringMatching(/^HTTP\/1.1 200 /)));
  expect(answers[0]).toMatch(/^etag: "1"/im);
  const headers = { authorization: `Bearer ${token}` };
  const settings = await fetch(`${stack().url}/v1/streamers/smoke/settings`, { headers });
  const { expectedEvery } = (await settings.json()) as { expectedEvery: string };
  expect(durationMilliseconds(expectedEvery)).toBeGreaterThan(5 * yearMilliseconds);
});
