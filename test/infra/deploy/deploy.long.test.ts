import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { statementsOf } from "../deployer.ts";
import { linkedProject } from "../packaged.ts";
import { type StandIn, startAws } from "./aws.ts";
import { changed, type Deployed, deploy, standInTemplateIn } from "./deploying.ts";

/** `npm run deploy`: the real script and the real tool, against a stand-in for AWS. */
const name = "persister-dev";
let dir: string;
let cwd: string;
let aws: StandIn;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-deploys-"));
  cwd = await linkedProject();
});
afterAll(async () => {
  for (const each of [dir, cwd]) await rm(each, { recursive: true, force: true });
});

const start = async () => startAws(await mkdtemp(join(dir, "s3-")));

const withAddress = ["--param", "alarmAddress=ops@example.com"];
const deployPackage = (folder: string, ...args: readonly string[]): Promise<Deployed> =>
  deploy(cwd, aws, ["--package", folder, ...withAddress, ...args]);
const stack = () => aws.account.stacks.get(name)!;
const tableOf = () => stack().resources.find(({ id }) => id === "Table")?.physical;

describe("in a new account", () => {
  beforeAll(async () => {
    aws = await start();
  });
  afterAll(() => aws.close());

  it("leaves nothing after a failed creation", async () => {
    aws.account.failing.add("WatchSchedule");
    const { code, said } = await deploy(cwd, aws, withAddress);
    expect([code, said]).toEqual([1, expect.stringContaining("WatchSchedule can't be made")]);
    expect(stack().status).toBe("UPDATE_ROLLBACK_COMPLETE");
    expect([aws.account.orphans, tableOf()]).toEqual([[], undefined]);
  });

  it("deploys once the cause is fixed, then protects the table and reports the result", async () => {
    aws.account.failing.clear();
    const first = join(dir, "first");
    await cp(join(cwd, ".serverless"), first, { recursive: true });
    const { code, said } = await deployPackage(first);
    expect(said).toContain("account 123456789012, as arn:aws:iam::123456789012:user/deployer, in us-east-1");
    expect(said).toContain("This account runs 10 functions at a time");
    expect(said).toContain("ops@example.com gets no alarm yet: confirm the subscription");
    expect(said).toContain(`The endpoint answers: ${aws.url}`);
    expect(code).toBe(0);
    expect(stack().status).toBe("UPDATE_COMPLETE");
    expect(stack().template.Resources.Table?.Properties?.DeletionProtectionEnabled).toBe(false);
    expect([...aws.account.protectedTables]).toEqual([tableOf()]);
    expect(stack().policy).toContain("Update:Replace");
    expect(stack().tags).toEqual({ application: "persister", stage: "dev" });
    const asked = aws.asked.flatMap(each => each.match(/^(cloudformation|dynamodb|sns) (\w+)$/)?.[0] ?? []);
    const allowed = statementsOf("DeployRole").flatMap(({ Action }) => Action as string | string[]);
    expect(new Set(asked).size).toBeGreaterThan(8);
    expect(asked.filter(each => !allowed.includes(each.replace(" ", ":")))).toEqual([]);
  });
});

describe("in a stack that was deployed before", () => {
  let first: string;
  let restored: string;
  beforeAll(async () => {
    first = join(dir, "first");
    restored = await changed(first, join(dir, "restored"), [["Table", undefined]], { TableName: "restored" });
  });
  beforeEach(async () => {
    aws = await start();
    aws.account.apply(aws.account.create(name), await standInTemplateIn(first));
  });
  afterEach(() => aws.close());

  it("repeats an update that was rolled back, though nothing else has changed", async () => {
    const next = await changed(first, join(dir, "next"), [
      ["Table.Properties.DeletionProtectionEnabled", true],
      ["IngestLambdaFunction.Properties.MemorySize", 2_048],
    ]);
    aws.account.failing.add("IngestLambdaFunction");
    expect((await deployPackage(next)).code).toBe(1);
    expect(stack().status).toBe("UPDATE_ROLLBACK_COMPLETE");
    aws.account.failing.clear();
    const { code, said } = await deployPackage(next);
    expect([code, said]).toEqual([0, expect.not.stringContaining("skipped")]);
    expect(stack().template.Resources.IngestLambdaFunction?.Properties?.MemorySize).toBe(2_048);
  });

  it("refuses to use another table", async () => {
    const { code, said } = await deployPackage(restored);
    expect([code, said]).toEqual([
      1,
      expect.stringContaining(`The stack uses the table ${tableOf()}, and this deploy restored.`),
    ]);
    expect(said).toContain("add --allow table.");
    expect(aws.asked.filter(each => /ChangeSet|SetStackPolicy/.test(each))).toEqual([]);
  });

  it.each([
    ["--stage", "prod"],
    ["--region", "eu-west-1"],
  ])("refuses a package for another %s", async (option, value) => {
    const { code, said } = await deployPackage(first, option, value);
    expect([code, said]).toEqual([
      1,
      expect.stringContaining("is a package for --stage dev --region us-east-1, and this deploys to"),
    ]);
    expect(aws.asked.filter(each => /ChangeSet|SetStackPolicy/.test(each))).toEqual([]);
  });

  it("uses it if that is allowed", async () => {
    const table = tableOf();
    stack().policy = '{"Statement":[{"Effect":"Deny","Action":"Update:Delete","Resource":"*"}]}';
    expect((await deployPackage(restored, "--allow", "table")).code).toBe(0);
    expect(aws.account.orphans.map(({ physical }) => physical)).toEqual([table]);
    expect(stack().policy).toContain("AWS::DynamoDB::Table");
  });
});

it("changes nothing if a parameter is wrong", async () => {
  aws = await start();
  const { code, said } = await deploy(cwd, aws, ["--param", "alarmAdress=ops@example.com"]);
  expect([code, said]).toEqual([1, expect.stringContaining("there is no parameter alarmAdress")]);
  expect(aws.account.stacks.size).toBe(0);
  await aws.close();
});
