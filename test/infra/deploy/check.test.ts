import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { checkCredentials } from "../../../infra/deploy/account.ts";
import { optionsOf } from "../../../infra/deploy/options.ts";
import { checkHealth, subscriptionsOf } from "../../../infra/deploy/outcome.ts";
import { withPolicyLifted } from "../../../infra/deploy/policy.ts";
import { checkQuota } from "../../../infra/deploy/quota.ts";
import { readStack } from "../../../infra/deploy/stack.ts";
import { listen } from "../../../infra/local/listen.ts";
import { Account, type StandInTemplate } from "./account.ts";
import { type StandIn, startAws } from "./aws.ts";

/** Each of the checks before and after a deploy, against the stand-in. */
const region = "us-east-1";
const name = "persister-prod";
let dir: string;
let aws: StandIn;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-check-"));
  aws = await startAws(dir);
  for (const [variable, value] of Object.entries(aws.env)) vi.stubEnv(variable, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.close();
  await rm(dir, { recursive: true });
});
beforeEach(() => {
  aws.account.stacks.clear();
  aws.refusedCredentials = undefined;
});

const cloudFormation = () => new CloudFormationClient({ region });
const table = { Type: "AWS::DynamoDB::Table", DeletionPolicy: "RetainExceptOnCreate" };
const templateOf = (Resources: StandInTemplate["Resources"]): StandInTemplate => ({ Resources });

describe("the arguments", () => {
  it("name stage, region, parameters, and allowed changes", () =>
    expect(
      optionsOf(
        ["--stage", "prod", "-r", "eu-west-1", "--param", "a=1", "--param", "b=2", "--allow", "table"],
        {},
      ),
    ).toMatchObject({ stage: "prod", region: "eu-west-1", parameters: ["a=1", "b=2"], allowed: ["table"] }));
  it.each([
    [["--stagee", "prod"], {}, "Unknown option '--stagee'"],
    [["--stage", "prod"], { AWS_REGION: "eu-west-1" }, "AWS_REGION is eu-west-1, and without --region"],
  ])("%j are refused", (args, env, sentence) => expect(() => optionsOf(args, env)).toThrow(sentence));
});

describe("the credentials", () => {
  it("are reported with their account", async () =>
    expect(await checkCredentials(region)).toBe(
      "account 123456789012, as arn:aws:iam::123456789012:user/deployer",
    ));
  it("that are missing are explained", async () => {
    const without = { AWS_ACCESS_KEY_ID: undefined, AWS_EC2_METADATA_DISABLED: "true" };
    const files = { AWS_SHARED_CREDENTIALS_FILE: join(dir, "none"), AWS_CONFIG_FILE: join(dir, "none") };
    for (const [variable, value] of Object.entries({ ...without, ...files })) vi.stubEnv(variable, value);
    await expect(checkCredentials(region)).rejects.toThrow("There are no AWS credentials. Set AWS_PROFILE");
    vi.stubEnv("AWS_ACCESS_KEY_ID", aws.env.AWS_ACCESS_KEY_ID);
  });
  it.each([
    ["ExpiredToken", "The credentials have expired: log in again."],
    ["InvalidClientTokenId", "AWS does not know these credentials in us-east-1"],
    ["SignatureDoesNotMatch", "The secret access key is not that of AWS_ACCESS_KEY_ID."],
    ["AccessDenied", "The credentials can't be checked: AccessDenied: refused"],
  ])("that are refused with %s are explained", async (code, sentence) => {
    aws.refusedCredentials = code;
    await expect(checkCredentials(region)).rejects.toThrow(sentence);
  });
});

describe("the stack", () => {
  it("that doesn't exist has no data", async () =>
    expect(await readStack(cloudFormation(), name)).toEqual({ name, outputs: {}, data: {} }));
  it.each([
    ["REVIEW_IN_PROGRESS", "aws cloudformation delete-stack --stack-name persister-prod"],
    ["ROLLBACK_COMPLETE", "Its creation failed, and nothing is in it"],
    ["UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback"],
    ["DELETE_FAILED", "aws cloudformation describe-stack-events"],
    ["UPDATE_IN_PROGRESS", "Wait until that is over"],
  ])("that is %s is not deployed to", async (status, sentence) => {
    aws.account.create(name).status = status;
    await expect(readStack(cloudFormation(), name)).rejects.toThrow(sentence);
  });
});

describe("Lambda's quota", () => {
  const quota = async (limit: number, reserved: Readonly<Record<string, number>>) => {
    aws.account.limit = limit;
    return checkQuota(new LambdaClient({ region }), reserved);
  };
  it("of a new account is mentioned", async () =>
    expect(await quota(10, {})).toEqual([expect.stringContaining("--quota-code L-B99A9384")]));
  it("has no room in an account of 50", () =>
    expect(quota(50, { "persister-prod-ingest": 1 })).rejects.toThrow(
      "reserves 1 runs at a time more than now. The account has 50, of which 50 are not reserved, and " +
        "Lambda keeps 50 so.",
    ));
  it("keeps 100 unreserved", async () => {
    expect(await quota(1_000, { "persister-prod-ingest": 900 })).toEqual([]);
    await expect(quota(1_000, { "persister-prod-ingest": 901 })).rejects.toThrow("Lambda keeps 100 so");
  });
  it("subtracts what the stack has already reserved", async () => {
    aws.account.limit = 120;
    const FunctionName = "persister-prod-ingest";
    const Properties = { FunctionName, ReservedConcurrentExecutions: 20 };
    aws.account.apply(
      aws.account.create(name),
      templateOf({ IngestLambdaFunction: { Type: "AWS::Lambda::Function", Properties } }),
    );
    expect(await quota(120, { [FunctionName]: 20 })).toEqual([]);
    await expect(quota(120, { [FunctionName]: 21 })).rejects.toThrow("reserves 1 runs");
  });
});

describe("the result", () => {
  it("names who gets the alarms", async () => {
    const heard = () =>
      subscriptionsOf(new SNSClient({ region }), "arn:aws:sns:us-east-1:123456789012:alarms");
    expect(await heard()).toEqual([expect.stringContaining("Nobody is subscribed to alarms")]);
    const Properties = { Endpoint: "ops@example.com" };
    const template = templateOf({ AlarmAddress: { Type: "AWS::SNS::Subscription", Properties } });
    aws.account.apply(aws.account.create(name), template);
    expect(await heard()).toEqual([expect.stringContaining("ops@example.com gets no alarm yet")]);
    aws.isConfirmed = true;
    expect(await heard()).toEqual(["Alarms go to ops@example.com."]);
  });

  it("polls a new API until it answers", async () => {
    const answers = [404, 200];
    const api = await listen(createServer((_, response) => response.writeHead(answers.shift() ?? 500).end()));
    await checkHealth(api.url, { attempts: 2, waitMilliseconds: 1 });
    await expect(checkHealth(api.url, { attempts: 2, waitMilliseconds: 1 })).rejects.toThrow(
      `GET ${api.url}/v1/health answers 500`,
    );
    await api.close();
    await expect(
      checkHealth(api.url, { attempts: 1, waitMilliseconds: 1 }, "d-1.execute-api.us-east-1.amazonaws.com"),
    ).rejects.toThrow("point the DNS record of 127.0.0.1 to d-1.execute-api.us-east-1.amazonaws.com.");
  });
});

describe("a resource with data", () => {
  const serverless = async () =>
    parse(await readFile("serverless.yml", "utf8"), { logLevel: "error" }) as {
      readonly provider: { readonly stackPolicy: unknown };
    };
  const other = { ...table, Properties: { KeySchema: [{ AttributeName: "other" }] } };
  const secret = { Type: "AWS::SecretsManager::Secret", DeletionPolicy: "RetainExceptOnCreate" };

  it.each([
    ["a table deleted", templateOf({ Secret: secret }), "UPDATE_ROLLBACK_COMPLETE"],
    ["a table replaced", templateOf({ Table: other, Secret: secret }), "UPDATE_ROLLBACK_COMPLETE"],
    ["a secret deleted", templateOf({ Table: table }), "UPDATE_ROLLBACK_COMPLETE"],
    ["neither", templateOf({ Table: table, Secret: secret }), "UPDATE_COMPLETE"],
  ])("is guarded by serverless.yml's stack policy: %s", async (_title, next, status) => {
    const stack = aws.account.create(name);
    aws.account.apply(stack, templateOf({ Table: table, Secret: secret }));
    stack.policy = JSON.stringify({ Statement: (await serverless()).provider.stackPolicy });
    aws.account.apply(stack, next);
    expect(stack.status).toBe(status);
  });

  it("is guarded again after a deploy that may change it fails, or has nothing to change", async () => {
    const stack = aws.account.create(name);
    aws.account.apply(stack, templateOf({ Table: table, Secret: secret }));
    const policy = JSON.stringify({ Statement: (await serverless()).provider.stackPolicy });
    stack.policy = policy;
    const failing = withPolicyLifted(cloudFormation(), name, ["Secret"], async () => {
      expect(stack.policy).toContain("LogicalResourceId/Secret");
      expect(stack.policy).not.toContain("AWS::DynamoDB::Table");
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    expect(stack.policy).toBe(policy);
    await withPolicyLifted(cloudFormation(), name, [], async () => {});
    expect(stack.policy).toBe(policy);
    await withPolicyLifted(cloudFormation(), name, [], async () => {
      stack.policy = "the next one";
    });
    expect(stack.policy).toBe("the next one");
  });

  it.each([
    ["Retain", { DeletionProtectionEnabled: false }],
    ["RetainExceptOnCreate", { DeletionProtectionEnabled: true }],
  ])(
    "remains after a creation that failed with %s and %j, in the stand-in too",
    (DeletionPolicy, Properties) => {
      const account = new Account(() => "");
      account.failing.add("Watch");
      const failing = { Type: "AWS::Lambda::Function" };
      account.apply(
        account.create(name),
        templateOf({ Table: { ...table, DeletionPolicy, Properties }, Watch: failing }),
      );
      expect(account.orphans).toHaveLength(1);
    },
  );
});
