import { runSimulation } from "@cloud-copilot/iam-simulate";
import { entryPartitionOf } from "../../functions/aws/entries.ts";
import { at, type Template } from "./template.ts";

/** A call that a role makes, which IAM evaluates by its policy. */
export interface Call {
  readonly role: string;
  readonly action: string;
  /** `Table`, `Archive/<key>`, or a resource by its name in the template. */
  readonly on: string;
  /** Partitions of the table, or another context key's values. */
  readonly keys?: readonly string[];
  /** For UpdateItem. */
  readonly attributes?: readonly string[];
  readonly isAllowed: boolean;
}

const account = "123456789012";
const inRegion = (service: string) => `arn:aws:${service}:us-east-1:${account}`;

/** A resource's ARN, by its type. */
function arnOf({ Resources }: Template, name: string): string {
  const type = Resources[name]?.Type;
  switch (type) {
    case "AWS::DynamoDB::Table":
      return `${inRegion("dynamodb")}:table/${name}`;
    case "AWS::S3::Bucket":
      return `arn:aws:s3:::${name.toLowerCase()}`;
    case "AWS::SecretsManager::Secret":
      return `${inRegion("secretsmanager")}:secret:${name}-AbCdEf`;
    case "AWS::SQS::Queue":
      return `${inRegion("sqs")}:${name}`;
    case "AWS::SNS::Topic":
      return `${inRegion("sns")}:${name}`;
    case "AWS::KMS::Key":
      return `${inRegion("kms")}:key/${name}`;
    case "AWS::Lambda::Function":
      return `${inRegion("lambda")}:function:${at(Resources[name]?.Properties, "FunctionName")}`;
    case "AWS::IAM::Role":
      return `arn:aws:iam::${account}:role/${name}`;
    case "AWS::Logs::LogGroup":
      return `${inRegion("logs")}:log-group:${name}:*`;
    default:
      throw new Error(`${name} is ${type}, whose ARN is not known.`);
  }
}

/** A policy with each intrinsic function replaced by what CloudFormation makes of it. */
function resolved(template: Template, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(each => resolved(template, each));
  if (typeof value !== "object" || value === null) return value;
  const [ref, attribute, text] = ["Ref", "Fn::GetAtt.0", "Fn::Sub"].map(path => at(value, path));
  if (typeof ref === "string") return arnOf(template, ref);
  if (typeof attribute === "string") return arnOf(template, attribute);
  if (typeof text === "string")
    return text
      .replace(/\$\{(\w+)\.Arn\}/g, (_, name: string) => arnOf(template, name))
      .replace(`\${AWS::Partition}`, "aws")
      .replace(`\${AWS::Region}`, "us-east-1")
      .replace(`\${AWS::AccountId}`, account);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolved(template, each)]));
}

function resourceOf(template: Template, on: string): string {
  const [name = "", ...key] = on.split("/");
  if (name === "Archive") return `${arnOf(template, name)}/${key.join("/")}`;
  if (name === "schedule") return `${inRegion("scheduler")}:schedule/default/${key.join("/")}`;
  return arnOf(template, name);
}

/** Whether IAM allows a call by the policies of the template's role. */
export async function isAllowed(template: Template, { role, action, on, keys, attributes }: Call) {
  const policies = at(template.Resources[role]?.Properties, "Policies") as { PolicyDocument: unknown }[];
  const key = action === "iam:PassRole" ? "iam:PassedToService" : "dynamodb:LeadingKeys";
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/${role}`,
        action,
        resource: { resource: resourceOf(template, on), accountId: account },
        contextVariables: {
          ...(keys && { [key]: action === "iam:PassRole" ? keys[0]! : [...keys] }),
          ...(attributes && { "dynamodb:Attributes": [...attributes] }),
        },
      },
      identityPolicies: policies.map(({ PolicyDocument }, i) => ({
        name: String(i),
        policy: resolved(template, PolicyDocument),
      })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === "Allowed";
}

type Row = readonly [action: string, on: string, keys?: readonly string[], attributes?: readonly string[]];
const callsOf = (role: string, isAllowed: boolean, rows: readonly Row[]): Call[] =>
  rows.map(([action, on, keys, attributes]) => ({
    role,
    action,
    on,
    ...(keys && { keys }),
    ...(attributes && { attributes }),
    isAllowed,
  }));

const [get, put, update, query, remove, scan] = [
  "GetItem",
  "PutItem",
  "UpdateItem",
  "Query",
  "DeleteItem",
  "Scan",
].map(name => `dynamodb:${name}`) as [string, string, string, string, string, string];
const [getObject, putObject] = ["s3:GetObject", "s3:PutObject"];
const readSecret = "secretsmanager:GetSecretValue";
const token = ["token#ab12"];
const usedOn = ["pk", "sk", "usedOn"];
const notifiedAt = ["pk", "sk", "notifiedAt"];
const callers = ["IngestRole", "BookmarkRole", "ChangeRole", "OverviewRole"];

export const calls: readonly Call[] = [
  ...callers.flatMap(role => [
    ...callsOf(role, true, [
      [get, "Table", ["streamer#github"]],
      [get, "Table", token],
      [get, "Table", ["tokens"]],
      [query, "Table", ["streamer#github"]],
      [update, "Table", token, usedOn],
      [update, "Table", ["tokens"], usedOn],
    ]),
    ...callsOf(role, false, [
      [get, "Table", ["other"]],
      [get, "Table"],
      [put, "Table", token],
      [put, "Table", ["streamer#github", "token#ab12"]],
      [update, "Table", token, [...usedOn, "scopes"]],
      [update, "Table", token],
      [query, "Table", ["tokens"]],
      [query, "Table", token],
      [remove, "Table", ["streamer#github"]],
      [scan, "Table"],
      [getObject, "Archive/raw/github/body"],
      [readSecret, "RunGithubCredentials"],
    ]),
    ...callsOf(role, role === "IngestRole", [[readSecret, "Secret"]]),
    ...callsOf(role, role === "IngestRole", [
      [putObject, "Archive/raw/github/body"],
      [update, "Table", ["streamer#github"]],
    ]),
    ...callsOf(role, ["IngestRole", "ChangeRole"].includes(role), [
      [put, "Table", ["streamer#github"]],
      [putObject, "Archive/bookmarks/github/digest"],
    ]),
  ]),
  ...callsOf("TokensRole", true, [
    ...[get, put, remove].flatMap((action): Row[] => [
      [action, "Table", token],
      [action, "Table", ["tokens"]],
    ]),
    [query, "Table", ["tokens"]],
    [update, "Table", token, usedOn],
  ]),
  ...callsOf("TokensRole", false, [
    [get, "Table", ["streamer#github"]],
    [put, "Table", ["streamer#github"]],
    [put, "Table", ["token#ab12", "streamer#github"]],
    [put, "Table"],
    [remove, "Table", ["streamer#github"]],
    [remove, "Table"],
    [query, "Table", ["streamers"]],
    [update, "Table", token, [...usedOn, "scopes"]],
    [scan, "Table"],
    [getObject, "Archive/bookmarks/github/digest"],
    [readSecret, "Secret"],
  ]),
  ...["IngestRole", "BookmarkRole", "ChangeRole", "OverviewRole", "WatchRole", "RunGithubRole"].flatMap(
    role =>
      callsOf(role, false, [
        [put, "Table", token],
        [put, "Table", ["tokens"]],
        [remove, "Table", token],
        [remove, "Table", ["tokens"]],
      ]),
  ),
  ...callsOf("WatchRole", true, [
    [get, "Table", ["streamer#github"]],
    [query, "Table", ["streamers#0"]],
    [update, "Table", ["streamers#0"]],
    [query, "Table", ["tokens"]],
    [get, "Table", token],
    [get, "Table", ["tokens"]],
    [update, "Table", ["tokens"], notifiedAt],
    ["sns:Publish", "AlarmTopic"],
    ["sqs:SendMessage", "DeadLetters"],
  ]),
  ...callsOf("WatchRole", false, [
    [query, "Table", token],
    [put, "Table", token],
    [put, "Table", ["tokens"]],
    [update, "Table", token, notifiedAt],
    [update, "Table", ["tokens"], [...notifiedAt, "scopes"]],
    [update, "Table", ["tokens"]],
    [put, "Table", ["streamers"]],
    [update, "Table", ["streamer#github"]],
    [readSecret, "Secret"],
    [getObject, "Archive/bookmarks/github/digest"],
  ]),
  ...callsOf("RunGithubRole", true, [
    [get, "Table", ["streamer#github"]],
    [query, "Table", ["streamer#github"]],
    [put, "Table", ["streamer#github"]],
    [update, "Table", [entryPartitionOf("github")]],
    [update, "Table", ["streamer#github"]],
    [putObject, "Archive/raw/github/2026/11/26/body"],
    [getObject, "Archive/bookmarks/github/digest"],
    [putObject, "Archive/receipts/github/digest"],
    [readSecret, "RunGithubCredentials"],
    ["sqs:SendMessage", "RunGithubDeadLetters"],
    ["scheduler:CreateSchedule", "schedule/persister-dev-runGithub"],
    ["iam:PassRole", "RunGithubScheduleRole", ["scheduler.amazonaws.com"]],
  ]),
  ...callsOf("RunGithubRole", false, [
    [get, "Table", ["streamer#drift"]],
    [put, "Table", ["streamer#drift"]],
    [put, "Table", ["streamer#github2"]],
    [put, "Table", ["streamers"]],
    [update, "Table", ["streamer#drift"]],
    [update, "Table", [entryPartitionOf("drift")]],
    [put, "Table"],
    [get, "Table", ["streamers"]],
    [query, "Table", ["streamers"]],
    [query, "Table", ["streamer#drift"]],
    [remove, "Table", ["streamer#github"]],
    [get, "Table", token],
    [put, "Table", token],
    [putObject, "Archive/raw/drift/2026/11/26/body"],
    [putObject, "Archive/bookmarks/drift/digest"],
    [getObject, "Archive/bookmarks/drift/digest"],
    [getObject, "Archive/raw/github/2026/11/26/body"],
    [readSecret, "Secret"],
    [readSecret, "RunDriftCredentials"],
    ["secretsmanager:PutSecretValue", "RunGithubCredentials"],
    ["sqs:SendMessage", "RunDriftDeadLetters"],
    ["scheduler:CreateSchedule", "schedule/persister-dev-runDrift"],
    ["iam:PassRole", "RunGithubScheduleRole", ["lambda.amazonaws.com"]],
    ["iam:PassRole", "RunDriftScheduleRole", ["scheduler.amazonaws.com"]],
    ["iam:PassRole", "IngestRole", ["scheduler.amazonaws.com"]],
    ["lambda:InvokeFunction", "RunGithubLambdaFunction"],
  ]),
  ...callsOf("RunDriftRole", true, [["secretsmanager:PutSecretValue", "RunDriftCredentials"]]),
  ...callsOf("RunDriftRole", false, [["secretsmanager:PutSecretValue", "Secret"]]),
  ...callsOf("RunGithubScheduleRole", true, [["lambda:InvokeFunction", "RunGithubLambdaFunction"]]),
  ...callsOf("RunGithubScheduleRole", false, [["lambda:InvokeFunction", "RunDriftLambdaFunction"]]),
  ...callsOf("WatchScheduleRole", true, [["lambda:InvokeFunction", "WatchLambdaFunction"]]),
  ...callsOf("WatchScheduleRole", false, [["lambda:InvokeFunction", "IngestLambdaFunction"]]),
];
