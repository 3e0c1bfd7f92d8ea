import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cron } from "croner";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { argumentsOf } from "../../cli/arguments.ts";
import manifest from "../../package.json" with { type: "json" };
import { textFiles } from "../workshop/tree.ts";

/** The schedulers' files in examples/ are valid, and all run the same command. */
const folder = new URL("../../examples/", import.meta.url).pathname;
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const dir = mkdtempSync(join(tmpdir(), "persister-examples-"));
afterAll(() => rmSync(dir, { recursive: true }));

const command = "persist --streamer github -- streamer-github";

it("the command is one that persist accepts, with a streamer of the package", () => {
  const given = argumentsOf(command.split(" ").slice(1));
  expect(given).toMatchObject({ values: { streamer: "github" }, command: ["streamer-github"] });
  expect(Object.keys(manifest.bin)).toEqual(expect.arrayContaining(["persist", "streamer-github"]));
});

it("crontab", () => {
  const [entry, ...others] = read("crontab")
    .split("\n")
    .filter(line => /^[^#A-Z]/.test(line));
  expect(others).toEqual([]);
  const [, schedule, run] = /^((?:\S+ ){5})(.*)$/.exec(entry!)!;
  const at = new Cron(schedule!.trim(), { timezone: "UTC" }).nextRun(new Date("2026-11-26T10:00:00Z"));
  expect(at).toEqual(new Date("2026-11-26T10:17:00Z"));
  expect(run).toContain(` ${command} `);
  // cron runs it with sh, and a `%` would end the line.
  expect(spawnSync("sh", ["-n", "-c", run!]).status).toBe(0);
  expect(run).not.toContain("%");
});

describe("systemd", () => {
  const service = "persist-github.service";
  const timer = "persist-github.timer";

  it("sections and settings", () => {
    const lines = [service, timer].flatMap(name => read(name).trim().split("\n"));
    expect(lines.filter(line => !/^(#.*|\[\w+\]|[A-Z]\w+=\S.*|)$/.test(line))).toEqual([]);
    expect(/^ExecStart=\S*\/(persist .*)$/m.exec(read(service))![1]).toBe(command);
  });

  it("systemd-analyze verify, where it is", () => {
    const program = join(dir, "persist");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
    const text = read(service).replace(/^ExecStart=\S+/m, `ExecStart=${program}`);
    writeFileSync(join(dir, service), text);
    copyFileSync(join(folder, timer), join(dir, timer));
    const { error, stderr } = spawnSync("systemd-analyze", ["verify", service, timer], { cwd: dir });
    if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return;
    expect(
      String(stderr)
        .split("\n")
        .filter(line => line.includes("persist-github")),
    ).toEqual([]);
  });
});

it("GitHub Actions", () => {
  const workflow = parse(read("github-action.yml")) as {
    on: { schedule: { cron: string }[] };
    jobs: { persist: { steps: { run?: string; env?: object }[] } };
  };
  expect(() => new Cron(workflow.on.schedule[0]!.cron)).not.toThrow();
  const [{ run, env }] = workflow.jobs.persist.steps.filter(step => step.run) as [
    { run: string; env: object },
  ];
  expect(run).toBe(`npx --yes --package ${manifest.name}@${manifest.version} -- ${command}`);
  expect(Object.keys(env)).toEqual(expect.arrayContaining(["PERSIST_ENDPOINT", "PERSIST_TOKEN"]));
});

it("ECS: the image's entry point runs the command, and no secret is in the definition", () => {
  const { containerDefinitions } = JSON.parse(read("ecs-task.json")) as {
    containerDefinitions: { command: string[]; image: string; environment: Named[]; secrets: Named[] }[];
  };
  const [{ command: given, image, environment, secrets }] = containerDefinitions as [
    (typeof containerDefinitions)[0],
  ];
  expect(["persist", ...given].join(" ")).toBe(command);
  expect(image).toMatch(new RegExp(`/persist:${manifest.version}$`));
  const names = (values: Named[]) => values.map(({ name }) => name);
  expect(names(environment).filter(name => /TOKEN|KEY/.test(name))).toEqual([]);
  expect(names(secrets)).toContain("PERSIST_TOKEN");
});

interface Named {
  readonly name: string;
}

it.each(["airflow_dag.py", "dagster_job.py"])("%s", name => {
  const words = command.split(" ").map(word => `"${word}"`);
  expect(read(name)).toContain(`COMMAND = [${words.join(", ")}]`);
});

const hasPython = spawnSync("python3", ["--version"]).error === undefined;

it.skipIf(!hasPython)("Python compiles", () => {
  const names = textFiles(/^examples\/.*\.py$/).map(({ path }) => path.replace("examples/", ""));
  expect(names).toContain("airflow_dag.py");
  const script = "import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name).read(), name)";
  const { stderr, status } = spawnSync("python3", ["-c", script, ...names], { cwd: folder });
  expect([status, String(stderr)]).toEqual([0, ""]);
});

it("the list in README.md is complete", () => {
  const listed = [...read("README.md").matchAll(/\]\((\w[^)/]*)\)/g)].map(([, name]) => name);
  const files = textFiles(/^examples\/[^/]+\.?[a-z]+$/).map(({ path }) => path.replace("examples/", ""));
  expect(listed.sort()).toEqual(files.filter(name => name !== "README.md").sort());
});
