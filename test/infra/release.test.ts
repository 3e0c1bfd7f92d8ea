import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };

const root = new URL("../../", import.meta.url).pathname;
const workflow = parse(readFileSync(`${root}.github/workflows/release.yml`, "utf8")) as {
  jobs: { publish: { permissions: unknown; steps: { run?: string }[] } };
};
const { permissions, steps } = workflow.jobs.publish;
const commands = steps.flatMap(({ run }) => run ?? []);

describe("the release", () => {
  it("may ask for a provenance, and asks for it", () => {
    expect(permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(commands.at(-1)).toContain("--provenance");
  });

  it("tests, checks the tag, and packs before it publishes", () => {
    const scripts = commands.flatMap(command => /^npm (?:run )?([\w:]+)$/.exec(command)?.[1] ?? []);
    expect(scripts).toEqual(["ci", "test", "test:packages"]);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts.slice(1)));
  });

  it.each([
    [
      "v0.0.0",
      "https://github.com/someone/else",
      /^The tag is v0\.0\.0, and the version in package\.json is /,
    ],
    [
      `v${manifest.version}`,
      "https://github.com/someone/else",
      /^The repository in package\.json is ".*"\. Set it/,
    ],
  ])("refuses the tag %s of %s", (tag, repository, message) => {
    const check = commands.find(command => command.includes("check-release"))!;
    const env = { ...process.env, GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: repository.slice(19) };
    const { status, stderr } = spawnSync("sh", ["-c", check], {
      cwd: root,
      env: { ...env, GITHUB_SERVER_URL: "https://github.com" },
      encoding: "utf8",
    });
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });
});
