import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { greeting } from "../../infra/local/greeting.ts";
import { freePort } from "../free-port.ts";
import { Printed } from "../printed.ts";
import { instructionsOf, type Stage, stages } from "./dockerfile.ts";

/**
 * `npm run test:packages`: runs the Dockerfile's instructions without Docker, in a folder for each stage,
 * on a fresh clone of the last commit. Its users and its Linux are not tried.
 */
const execute = promisify(execFile);
const dir = await mkdtemp(join(tmpdir(), "persister-image-"));
const clone = join(dir, "clone");

const workdirOf = (stage: Stage) => instructionsOf(stage, "WORKDIR")[0]!.text;

/** A stage's paths, in its folder. */
const located = (text: string) =>
  stages().reduce(
    (found, stage) => found.replaceAll(new RegExp(`${workdirOf(stage)}\\b`, "g"), join(dir, stage.name)),
    text,
  );

/** Runs a stage's instructions. Resolves to the environment and the command of its containers. */
async function build(stage: Stage) {
  const cwd = join(dir, stage.name);
  await mkdir(cwd);
  const env: Record<string, string | undefined> = { ...process.env };
  for (const { name, text, words } of stage.instructions) {
    if (name === "COPY") await copy(words, cwd);
    if (name === "RUN") await execute("sh", ["-ec", located(text)], { cwd, env });
    if (name === "ENV")
      for (const word of words) {
        const [variable, value] = word.split("=") as [string, string];
        env[variable] = located(value).replace("$PATH", env.PATH!);
      }
  }
  const [file, ...args] = instructionsOf(stage, "ENTRYPOINT", "CMD").flatMap(({ words }) => words);
  return { cwd, env, file: file!, args };
}

async function copy(words: readonly string[], cwd: string) {
  const isOfStage = words[0]!.startsWith("--from=");
  const [sources, target] = [words.slice(isOfStage ? 1 : 0, -1), words.at(-1)!];
  for (const source of sources) {
    const from = isOfStage ? located(source) : join(clone, source);
    await cp(from, target.endsWith("/") ? join(cwd, target, from.split("/").at(-1)!) : join(cwd, target), {
      recursive: true,
    });
  }
}

async function checkEndpoint(stage: Stage) {
  const { cwd, env, file, args } = await build(stage);
  const message = /PERSISTER_TOKEN: A secret is required/;
  await assert.rejects(execute(file, args, { cwd, env }), { code: 1, stderr: message });
  const own = { ...env, PERSISTER_TOKEN: "secret", PORT: String(await freePort()) };
  const up = spawn(file, args, { cwd, env: own, stdio: ["ignore", "pipe", "inherit"] });
  await new Printed(up.stdout).until(greeting.end);
  const [node, ...check] = instructionsOf(stage, "HEALTHCHECK")[0]!.words;
  await execute(node!, check, { cwd, env: own });
  up.kill("SIGTERM");
  assert.deepEqual(await once(up, "close"), [0, null]);
  await assert.rejects(execute(node!, check, { cwd, env: own }));
}

await execute("git", ["clone", "--quiet", "--depth", "1", `file://${process.cwd()}`, clone]);
const [packages, persist, endpoint] = stages() as [Stage, Stage, Stage];
await build(packages);
const { cwd, env, file, args } = await build(persist);
assert.match((await execute(file, args, { cwd, env })).stdout, /^persist sends/);
await checkEndpoint(endpoint);
await rm(dir, { recursive: true });
console.log("✓ the instructions of infra/docker/Dockerfile");
