import { isDeepStrictEqual } from "node:util";
import { entryPartitionOf } from "../../functions/aws/entries.ts";
import { at, each, isOfRun, ofType, statements, type Template } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const ingestStatement = "IngestRole.Properties.Policies.0.PolicyDocument.Statement";
const anyStatement = { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

/** The objects below one prefix of the archive, or a streamer's below it. */
const prefixOfArchive = /^\{"Fn::Sub":"\$\{Archive\.Arn\}\/[a-z]+(\/[a-z0-9-]+)?\/\*"\}$/;

const ofThisAccount = { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } };
const secretRead = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: { Ref: "Secret" } };

/** The permissions that a role needs: each action with its resources. */
type Grants = Readonly<Record<string, readonly string[]>>;
const below = (prefixes: readonly string[], streamer = "") =>
  prefixes.map(prefix => `Archive/${prefix}/${streamer}*`);
const textPrefixes = ["bookmarks", "receipts"];
const bodyPrefixes = ["raw", ...textPrefixes];
const [bodies, texts] = [below(bodyPrefixes), below(textPrefixes)];
const table = ["Table"];
const logTo = (group: string): Grants => ({
  "logs:CreateLogStream": [group],
  "logs:PutLogEvents": [group],
});
/** Looks up a bearer token, and records its use. */
const authenticate: Grants = { "dynamodb:GetItem": table, "dynamodb:UpdateItem": table };
/** Updates the list of streamers besides. */
const updateEntries: Grants = { "dynamodb:UpdateItem": [...table, ...table] };
const needed: Readonly<Record<string, Grants>> = {
  IngestRole: {
    ...authenticate,
    ...updateEntries,
    ...logTo("IngestLogGroup"),
    "s3:PutObject": bodies,
    "s3:GetObject": texts,
    "dynamodb:PutItem": table,
    "dynamodb:Query": table,
    "secretsmanager:GetSecretValue": ["Secret"],
  },
  BookmarkRole: {
    ...authenticate,
    ...logTo("BookmarkLogGroup"),
    "s3:GetObject": ["Archive/bookmarks/*"],
    "dynamodb:Query": table,
  },
  ChangeRole: {
    ...authenticate,
    ...updateEntries,
    ...logTo("ChangeLogGroup"),
    "s3:GetObject": ["Archive/bookmarks/*"],
    "s3:PutObject": ["Archive/bookmarks/*"],
    "dynamodb:PutItem": table,
    "dynamodb:Query": table,
  },
  OverviewRole: {
    ...authenticate,
    ...logTo("OverviewLogGroup"),
    "s3:GetObject": texts,
    "dynamodb:Query": table,
  },
  TokensRole: {
    ...authenticate,
    ...logTo("TokensLogGroup"),
    "dynamodb:Query": table,
    "dynamodb:PutItem": table,
    "dynamodb:DeleteItem": table,
  },
  WatchRole: {
    ...logTo("WatchLogGroup"),
    "dynamodb:GetItem": table,
    "dynamodb:Query": table,
    "dynamodb:UpdateItem": [...table, ...table],
    "sns:Publish": ["AlarmTopic"],
    "kms:Decrypt": ["AlarmKey"],
    "kms:GenerateDataKey": ["AlarmKey"],
    "sqs:SendMessage": ["DeadLetters"],
  },
  WatchScheduleRole: {
    "lambda:InvokeFunction": ["WatchLambdaFunction"],
    "sqs:SendMessage": ["DeadLetters"],
  },
};
const inAccount = (service: string) => `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}`;
const nameOfRun = (template: Template, run: string) =>
  at(template.Resources[`${run}LambdaFunction`]?.Properties, "FunctionName");
const neededBySchedule = (template: Template, run: string): Grants => ({
  "lambda:InvokeFunction": [`${inAccount("lambda")}:function:${nameOfRun(template, run)}`],
  "sqs:SendMessage": [`${run}DeadLetters`],
});
const environmentIn = (template: Template, name: string) =>
  at(template.Resources[`${name}LambdaFunction`]?.Properties, "Environment.Variables");
const streamerOf = (template: Template, run: string) => String(at(environmentIn(template, run), "STREAMER"));
const neededByRun = (template: Template, run: string): Grants => ({
  ...logTo(`${run}LogGroup`),
  "s3:PutObject": below(bodyPrefixes, `${streamerOf(template, run)}/`),
  "s3:GetObject": below(textPrefixes, `${streamerOf(template, run)}/`),
  "dynamodb:GetItem": table,
  "dynamodb:PutItem": table,
  "dynamodb:Query": table,
  "dynamodb:UpdateItem": table,
  // The accounts' secret is for those that serverless.yml marks: infra/scheduled.test.ts.
  "secretsmanager:GetSecretValue": [`${run}Credentials`],
  // Each use of Drift's refresh token renews it.
  ...(run === "RunDrift" && { "secretsmanager:PutSecretValue": ["RunDriftCredentials"] }),
  "sqs:SendMessage": [`${run}DeadLetters`],
  "scheduler:CreateSchedule": [`${inAccount("scheduler")}:schedule/default/${nameOfRun(template, run)}`],
  "iam:PassRole": [`${run}ScheduleRole`],
});
const isOfSchedule = (role: string) => role.endsWith("ScheduleRole");
/** Whether the functions read bearer tokens, as they do where no gateway's authorizer precedes them. */
const isOfTokens = (template: Template) => at(environmentIn(template, "Ingest"), "AUTHORIZATION") === "token";
function neededBy(template: Template, role: string): Grants | undefined {
  if (role === "TokensRole" && !isOfTokens(template)) return logTo("TokensLogGroup");
  if (!isOfRun(role)) return isOfTokens(template) ? needed[role] : withoutTokens(needed[role]);
  const run = role.replace(/(Schedule)?Role$/, "");
  return isOfSchedule(role) ? neededBySchedule(template, run) : neededByRun(template, run);
}

function withoutTokens({ "dynamodb:UpdateItem": updates = [], ...grants }: Grants = {}): Grants {
  const entries = updates.slice(1);
  return entries.length === 0 ? grants : { ...grants, "dynamodb:UpdateItem": entries };
}

/** A resource by its logical id. */
const nameOf = (resource: unknown) => {
  const name = at(resource, "Fn::GetAtt.0") ?? at(resource, "Ref") ?? at(resource, "Fn::Sub") ?? resource;
  return String(name).replace(`\${Archive.Arn}`, "Archive");
};

function grantsOf(template: Template, role: string): Grants {
  const grants: Record<string, string[]> = {};
  for (const { actions, resources } of statements(template).filter(each => each.role === role))
    for (const action of actions)
      grants[String(action)] = [...(grants[String(action)] ?? []), ...resources.map(nameOf)];
  return grants;
}

const isNamed = { Null: { "dynamodb:LeadingKeys": "false" } };
const keysLike = (...keys: readonly string[]) => ({
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys },
  ...isNamed,
});
const keysExactly = (...keys: readonly string[]) => ({
  "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": keys },
  ...isNamed,
});
const streamersKeys = keysLike("streamers", "streamers#*", "streamer#*");
const entriesKeys = keysLike("streamers#*");
const attributeOf = (name: string, ...keys: readonly string[]) => ({
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys },
  "ForAllValues:StringEquals": { "dynamodb:Attributes": ["pk", "sk", name] },
  Null: { ...isNamed.Null, "dynamodb:Attributes": "false" },
});
const lastUse = attributeOf("usedOn", "token#*", "tokens");
const notified = attributeOf("notifiedAt", "tokens");

/** Returns the keys that an action on the table may touch: each that a statement of the role may have. */
function keysOf(template: Template, role: string, action: string): readonly object[] {
  const isUpdate = action === "dynamodb:UpdateItem";
  if (isOfRun(role)) {
    const streamer = streamerOf(template, role.replace(/Role$/, ""));
    const own = `streamer#${streamer}`;
    return [isUpdate ? keysExactly(entryPartitionOf(streamer), own) : keysExactly(own)];
  }
  if (role === "TokensRole") {
    if (isUpdate) return [lastUse];
    return [action === "dynamodb:Query" ? keysLike("tokens") : keysLike("token#*", "tokens")];
  }
  if (action === "dynamodb:PutItem") return [keysLike("streamer#*")];
  if (isUpdate && role === "IngestRole") return [keysLike("streamers#*", "streamer#*"), lastUse];
  if (isUpdate) return [entriesKeys, role === "WatchRole" ? notified : lastUse];
  if (!isOfTokens(template)) return [streamersKeys];
  const streamers = ["streamers", "streamers#*", "streamer#*"];
  if (action === "dynamodb:GetItem") return [keysLike(...streamers, "token#*", "tokens")];
  return [role === "WatchRole" ? keysLike(...streamers, "tokens") : streamersKeys];
}

const toScheduler = { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } };

const isExact = (resource: unknown) => {
  const text = JSON.stringify(resource);
  return text !== undefined && (!text.includes("*") || prefixOfArchive.test(text));
};

export const roleRules: readonly Rule[] = [
  {
    name: "roles name their actions without `*`",
    check: template =>
      statements(template).flatMap(({ role, actions }) =>
        actions.every(action => typeof action === "string" && !action.includes("*"))
          ? []
          : [`${role}: ${actions}`],
      ),
    seeds: [
      [`${ingestStatement}.0.Action`, "s3:*"],
      [`${ingestStatement}.0`, { Effect: "Allow", NotAction: "iam:PassRole", Resource: "arn:aws:s3:::one" }],
    ],
  },
  {
    name: "roles name their resources, with `*` only below a prefix of the archive",
    check: template =>
      statements(template).flatMap(({ role, resources }) => (resources.every(isExact) ? [] : [role])),
    seeds: [
      [`${ingestStatement}.0.Resource`, "*"],
      [`${ingestStatement}.0.Resource`, "arn:aws:s3:::*"],
      [`${ingestStatement}.0.Resource`, { "Fn::Sub": `\${Archive.Arn}/*` }],
      [`${ingestStatement}.0.Resource`, undefined],
    ],
  },
  {
    name: "a role's permissions are only in the role itself",
    check: template => [
      ...["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].flatMap(type =>
        ofType(template, type).map(({ name }) => name),
      ),
      ...each("AWS::IAM::Role", get => get("ManagedPolicyArns") === undefined)(template),
    ],
    seeds: [
      ["IngestRole.Properties.ManagedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]],
      ["Extra", { Type: "AWS::IAM::Policy", Properties: { PolicyDocument: anyStatement } }],
    ],
  },
  {
    name: "roles can be assumed by Lambda, and some by this account's schedules",
    check: template =>
      ofType(template, "AWS::IAM::Role").flatMap(({ name, resource }) => {
        const takers = at(resource.Properties, "AssumeRolePolicyDocument.Statement") as unknown[];
        const isSchedules = isOfSchedule(name);
        const isRight = takers.every(
          taker =>
            at(taker, "Principal.Service") ===
              (isSchedules ? "scheduler.amazonaws.com" : "lambda.amazonaws.com") &&
            (!isSchedules || isDeepStrictEqual(at(taker, "Condition"), ofThisAccount)),
        );
        return isRight ? [] : [name];
      }),
    seeds: [
      ["IngestRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal", { AWS: "*" }],
      ["WatchScheduleRole.Properties.AssumeRolePolicyDocument.Statement.0.Condition", undefined],
    ],
  },
  {
    name: "every function has a role of its own",
    check: template => {
      const roles = ofType(template, "AWS::Lambda::Function").map(({ resource }) =>
        String(at(resource.Properties, "Role.Fn::GetAtt.0")),
      );
      return roles.filter(
        (role, i) => template.Resources[role]?.Type !== "AWS::IAM::Role" || roles.indexOf(role) !== i,
      );
    },
    seeds: [
      ["BookmarkLambdaFunction.Properties.Role", { "Fn::GetAtt": ["IngestRole", "Arn"] }],
      ["BookmarkLambdaFunction.Properties.Role", undefined],
    ],
  },
  {
    name: "roles allow what their functions need, and nothing else",
    check: template => {
      const roles = new Set([...statements(template).map(({ role }) => role), ...Object.keys(needed)]);
      return [...roles].filter(
        role => !isDeepStrictEqual(grantsOf(template, role), neededBy(template, role)),
      );
    },
    seeds: [
      ["BookmarkRole.Properties.Policies.0.PolicyDocument.Statement.1.Action", "dynamodb:DeleteItem"],
      ["ChangeRole.Properties.Policies.0.PolicyDocument.Statement.9", secretRead],
      ["TokensRole.Properties.Policies.0.PolicyDocument.Statement.2.Action.1", "dynamodb:UpdateItem"],
      ["WatchRole.Properties.Policies.0.PolicyDocument.Statement.1.Action", "dynamodb:Scan"],
      ["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.0.Action", "s3:DeleteObject"],
      ["RunDriftRole.Properties.Policies.0.PolicyDocument.Statement.6.Resource", { Ref: "Secret" }],
      ["RunDriftRole.Properties.Policies.0.PolicyDocument.Statement.5.Resource.1", { Ref: "Secret" }],
      [
        "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource.0",
        { "Fn::Sub": `\${Archive.Arn}/raw/*` },
      ],
      [
        "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.1.Resource.0",
        { "Fn::Sub": `\${Archive.Arn}/bookmarks/drift/*` },
      ],
      [
        "OverviewRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource.2",
        { "Fn::Sub": `\${Archive.Arn}/raw/*` },
      ],
      [`${ingestStatement}.3.Resource`, "arn:aws:dynamodb:us-east-1:123456789012:table/other"],
    ],
  },
  {
    name:
      "in the table, functions reach the partitions that they need: `tokens` alone creates and deletes " +
      "bearer tokens, it and `watch` list them, and a scheduled run reaches no other streamer",
    check: template =>
      statements(template).flatMap(({ role, actions, condition }) =>
        actions
          .map(String)
          .filter(action => action.startsWith("dynamodb:"))
          .every(action => keysOf(template, role, action).some(keys => isDeepStrictEqual(condition, keys)))
          ? []
          : [role],
      ),
    seeds: [
      [`${ingestStatement}.2.Condition`, undefined],
      [`${ingestStatement}.3.Condition`, undefined],
      [`${ingestStatement}.3.Condition.ForAllValues:StringLike.dynamodb:LeadingKeys`, ["*"]],
      [`${ingestStatement}.3.Condition.ForAllValues:StringLike.dynamodb:LeadingKeys.1`, "token#*"],
      [`${ingestStatement}.3.Condition.Null`, undefined],
      [`${ingestStatement}.5.Condition`, undefined],
      [`${ingestStatement}.6.Condition.ForAllValues:StringEquals.dynamodb:Attributes`, undefined],
      [`${ingestStatement}.6.Condition.Null.dynamodb:Attributes`, undefined],
      ["ChangeRole.Properties.Policies.0.PolicyDocument.Statement.3.Condition", undefined],
      ["BookmarkRole.Properties.Policies.0.PolicyDocument.Statement.2.Condition", undefined],
      ["TokensRole.Properties.Policies.0.PolicyDocument.Statement.1.Condition", undefined],
      ["TokensRole.Properties.Policies.0.PolicyDocument.Statement.2.Condition", undefined],
      ["TokensRole.Properties.Policies.0.PolicyDocument.Statement.2.Condition", streamersKeys],
      ["WatchRole.Properties.Policies.0.PolicyDocument.Statement.0.Condition", undefined],
      ["WatchRole.Properties.Policies.0.PolicyDocument.Statement.3.Condition", entriesKeys.Null],
      ["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.2.Condition", undefined],
      ["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.3.Condition", streamersKeys],
      ["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.4.Condition", entriesKeys],
      // The gateway's authorizer decides: no function needs a token.
      ["IngestLambdaFunction.Properties.Environment.Variables.AUTHORIZATION", "jwt"],
    ],
  },
  {
    name: "a role is passed only to the scheduler",
    check: template =>
      statements(template).flatMap(({ role, actions, condition }) =>
        actions.includes("iam:PassRole") && !isDeepStrictEqual(condition, toScheduler) ? [role] : [],
      ),
    seeds: [["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.8.Condition", undefined]],
  },
  {
    name: "a scheduled run reads its own secret, and passes its own schedule's role",
    check: template =>
      statements(template).flatMap(({ role, actions, resources }) => {
        if (!isOfRun(role) || isOfSchedule(role)) return [];
        const run = role.replace(/Role$/, "");
        const isRight =
          (!actions.includes("iam:PassRole") ||
            isDeepStrictEqual(resources, [{ "Fn::GetAtt": [`${run}ScheduleRole`, "Arn"] }])) &&
          (!actions.includes("secretsmanager:GetSecretValue") ||
            isDeepStrictEqual(resources[0], { Ref: `${run}Credentials` }));
        return isRight ? [] : [role];
      }),
    seeds: [
      [
        "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.5.Resource.0.Ref",
        "RunDriftCredentials",
      ],
      [
        "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.8.Resource",
        { "Fn::GetAtt": ["IngestRole", "Arn"] },
      ],
    ],
  },
];
