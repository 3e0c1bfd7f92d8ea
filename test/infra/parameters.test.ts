import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { casesOf } from "../runs.ts";
import { errorsOf, packaged } from "./packaged.ts";
import type { Template } from "./template.ts";
import { rules } from "./template-rules.ts";
import { longestStage, variants } from "./variants.ts";

/** The template for values of `--param`. */
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-parameters-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe.each(casesOf(variants, 8))("$name", ({ name, parameters, without, shows, ...options }) => {
  let template: Template;
  beforeAll(async () => {
    template = await packaged(join(dir, String(name.length)), parameters, options);
  });

  it("is a template that CloudFormation accepts", async () => expect(await errorsOf(template)).toEqual([]));
  it("has what the parameters say", () => shows(template));
  const held = rules.filter(rule => without?.test(rule.name) !== true);
  it.each(held)("obeys: $name", ({ check }) => expect(check(template)).toEqual([]));
});

const refusalOf = async (...given: Parameters<typeof packaged>) => {
  const error = await packaged(...given).catch((thrown: unknown) => thrown);
  const { stdout, stderr } = error as { stdout: string; stderr: string };
  return stdout + stderr;
};

it.each([
  ["dev", "params:\n", "params:\n  dev:\n    alarmAdress: ops@example.com\n"],
  ["default", "  default:\n", "  default:\n    alarmAdress: ops@example.com\n"],
])("refuses an unknown parameter under %s", async (stage, before, after) => {
  const text = await readFile(new URL("../../serverless.yml", import.meta.url), "utf8");
  const serverless = text.replace(before, after);
  expect(await refusalOf(join(dir, `misspelt-${stage}`), [], { serverless })).toContain(
    "there is no parameter alarmAdress",
  );
});

describe("refuses", () => {
  const refused = [
    ["alarmAdress=ops@example.com", "there is no parameter alarmAdress: did you mean alarmAddress?"],
    ["importApiRegion=mars", 'importApiRegion must be us or eu, not "mars"'],
    ["logDays=31", "logDays must be one of 1, 3, 5"],
    ["auth=jwt", "jwtIssuer and jwtAudience must be set together"],
    ["customDomain=persister.example.com", "customDomain and certificateArn must be set together"],
    ["archiveDays=30", "archiveDays must be more than 90"],
    ["accountsSecret=stitch", "accountsSecret must be the full ARN of a secret"],
    ["archive=Kept", 'archive must be a bucket\'s name, not "Kept"'],
    ["monthlyBudget=-1", 'monthlyBudget must be a number of dollars, or 0 for no budget, not "-1"'],
    ["deploymentRole=ServiceRole", 'deploymentRole must be the ARN of a role, not "ServiceRole"'],
    ["rate=0", 'rate must be a number of requests a second, not "0"'],
    ["protect=yes", 'protect must be true or false, not "yes"'],
  ] as const;
  it.concurrent.each(casesOf(refused, 6))("%s", async (parameter, sentence) => {
    expect(await refusalOf(join(dir, parameter.split("=")[0]!), [parameter])).toContain(sentence);
  });

  const stages = [
    [`${longestStage}s`, "", "stage has 46 characters, and can have 45"],
    [longestStage, "scheduled=github", "has more than 64 characters"],
  ] as const;
  it.concurrent.each(casesOf(stages, 2))("the stage %s with %j", async (stage, parameter, sentence) => {
    const given = parameter === "" ? [] : [parameter];
    expect(await refusalOf(join(dir, `stage${stage.length}${parameter}`), given, { stage })).toContain(
      sentence,
    );
  });
});
