import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { missingOf } from "../../functions/program/credentials.ts";
import { readScheduled } from "../../infra/local/schedules.ts";
import { chargebee } from "../../streamers/chargebee.ts";
import { retired } from "../../streamers/drift/credentials.ts";
import { drift } from "../../streamers/drift.ts";
import { github } from "../../streamers/github.ts";
import type { Streamer } from "../../streamers/streamer.ts";

/** docs/streamers.md names the settings, tables and keys of the streamers. */
const page = readFileSync(new URL("../../docs/streamers.md", import.meta.url), "utf8");
const list = await readScheduled(new URL("../../serverless.yml", import.meta.url));
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

  it("lists exactly its settings", () => {
    const said = [...section.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, name]) => name!);
    const others = streamer === drift ? retired : [];
    expect([...new Set(said)].sort()).toEqual([...Object.keys(streamer.environment.shape), ...others].sort());
  });

  it("lists exactly its tables, with their keys", () => {
    const said = [...section.matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm)].map(([, table, key]) => [table, key]);
    const tables = streamer.sources(env, run).flatMap(({ tables }) => tables);
    expect(said.sort()).toEqual(tables.map(({ name, keys }) => [name, ...keys]).sort());
  });

  it("lists exactly the credentials that a scheduled run requires", () => {
    const { credentials } = list.find(each => each.streamer === streamer.name)!;
    const ways = credentials.map(entry => entry.split("|").map(way => way.split("+")));
    const sufficient = (names: readonly string[]) => {
      const given = Object.fromEntries(names.map(name => [name, env[name] ?? "a"]));
      try {
        return streamer.sources(given, run).length > 0;
      } catch {
        return false;
      }
    };
    const first = ways.map(([way]) => way!);
    for (const [index, entry] of ways.entries()) {
      for (const way of entry) {
        const names = first.with(index, way).flat();
        expect(sufficient(names)).toBe(true);
        for (const name of way) expect(sufficient(names.filter(each => each !== name))).toBe(false);
      }
    }
    expect(missingOf(credentials, env)).toEqual([]);
  });
});
