import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chargebee } from "../../streamers/chargebee.ts";
import { drift } from "../../streamers/drift.ts";
import { github } from "../../streamers/github.ts";
import type { Streamer } from "../../streamers/streamer.ts";

/** docs/streamers.md names what the streamers are made of. */
const page = readFileSync(new URL("../../docs/streamers.md", import.meta.url), "utf8");
const list = readFileSync(new URL("../../serverless.yml", import.meta.url), "utf8");
const run = { log: () => {}, second: 1, timeout: 1_000 };
const settings = {
  github: { GITHUB_ACCESS_TOKEN: "a", GITHUB_REPO_PATH: "a/b" },
  chargebee: { CHARGEBEE_SITE: "a", CHARGEBEE_API_KEY: "a" },
  drift: { DRIFT_CLIENT_ID: "a", DRIFT_CLIENT_SECRET: "a", DRIFT_REFRESH_TOKEN: "a" },
};

describe.each([
  ["GitHub", github, settings.github],
  ["Chargebee", chargebee, settings.chargebee],
  ["Drift", drift, settings.drift],
] as [string, Streamer, Record<string, string>][])("%s", (title, streamer, env) => {
  const section = page.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;

  it("has every setting, and no other", () => {
    const said = [...section.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, name]) => name!);
    expect([...new Set(said)].sort()).toEqual(Object.keys(streamer.environment.shape).sort());
  });

  it("has every table with its key, and no other", () => {
    const said = [...section.matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm)].map(([, table, key]) => [table, key]);
    const tables = streamer.sources(env, run).flatMap(({ tables }) => tables);
    expect(said.sort()).toEqual(tables.map(({ name, keys }) => [name, ...keys]).sort());
  });

  it("wants on a schedule what it needs", () => {
    const [, wanted] = new RegExp(`^    ${streamer.name}:\n.*\n.*\n      credentials: \\[(.*)\\]`, "m").exec(
      list,
    )!;
    expect(wanted!.split(", ")).toEqual(Object.keys(env));
  });
});
