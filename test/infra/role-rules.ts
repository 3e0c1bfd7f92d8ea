import { isDeepStrictEqual } from "node:util";
import { at, each, isOfRun, ofType, statements } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const ingestStatement = "IngestRole.Properties.Policies.0.PolicyDocument.Statement";
const anyStatement = { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

/** The objects below one prefix of the archive. */
const prefixOfArchive = /^\{"Fn::Sub":"\$\{Archive\.Arn\}\/[a-z]+\/\*"\}$/;

const ofThisAccount = { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } };
const secretRead = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: { Ref: "Secret" } };

const log = ["logs:CreateLogStream", "logs:PutLogEvents"];
/** Looks a bearer token up, and notes that it was used. */
const authenticate = ["dynamodb:GetItem", "dynamodb:UpdateItem"];
const needed: Readonly<Record<string, readonly string[]>> = {
  IngestRole: [
    "s3:PutObject",
    "s3:GetObject",
    "dynamodb:PutItem",
    "secretsmanager:GetSecretValue",
    ...authenticate,
    ...log,
  ],
  BookmarkRole: ["s3:GetObject", "dynamodb:Query", ...authenticate, ...log],
  ChangeRole: ["s3:PutObject", "s3:GetObject", "dynamodb:PutItem", ...authenticate, ...log],
  OverviewRole: ["s3:GetObject", "dynamodb:Query", ...authenticate, ...log],
  WatchRole: ["dynamodb:GetItem", "dynamodb:Query", "sqs:SendMessage", ...log],
};
const neededBySchedule = ["lambda:InvokeFunction", "sqs:SendMessage"];
const neededByRun = [
  "s3:PutObject",
  "s3:GetObject",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "secretsmanager:GetSecretValue",
  "sqs:SendMessage",
  "scheduler:CreateSchedule",
  "iam:PassRole",
  ...log,
];
const isOfSchedule = (role: string) => role.endsWith("ScheduleRole");
const neededBy = (role: string) =>
  isOfSchedule(role) ? neededBySchedule : isOfRun(role) ? neededByRun : needed[role];

const isNamed = { Null: { "dynamodb:LeadingKeys": "false" } };
const streamersKeys = {
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["streamers", "streamer#*"] },
  ...isNamed,
};
const lastUse = ["pk", "sk", "usedOn"];
const tokensKeys = {
  "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["tokens"], "dynamodb:Attributes": lastUse },
  Null: { ...isNamed.Null, "dynamodb:Attributes": "false" },
};
/** What an action may touch. */
const keysOf = { "dynamodb:PutItem": streamersKeys, "dynamodb:UpdateItem": tokensKeys };

const toScheduler = { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } };

const isExact = (resource: unknown) => {
  const text = JSON.stringify(resource);
  return text !== undefined && (!text.includes("*") || prefixOfArchive.test(text));
};

export const roleRules: readonly Rule[] = [
  {
    name: "roles name their actions, none by `*`",
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
    name: "roles name their resources, by `*` only what is below a prefix of the archive",
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
    name: "what a role may do stands in it alone",
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
    name: "roles are taken by Lambda, and some by this account's schedules",
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
    name: "every function has a role of its own, which no other shares",
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
    name: "roles allow the actions that their functions need, and no other",
    check: template => {
      const found = statements(template);
      const roles = new Set([...found.map(({ role }) => role), ...Object.keys(needed)]);
      return [...roles].filter(role => {
        const own = found.filter(statement => statement.role === role);
        const actions = new Set(own.flatMap(statement => statement.actions));
        return !isDeepStrictEqual(actions, new Set(neededBy(role)));
      });
    },
    seeds: [
      ["BookmarkRole.Properties.Policies.0.PolicyDocument.Statement.1.Action", "dynamodb:DeleteItem"],
      ["ChangeRole.Properties.Policies.0.PolicyDocument.Statement.9", secretRead],
      ["WatchRole.Properties.Policies.0.PolicyDocument.Statement.0.Action", ["dynamodb:GetItem"]],
      ["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.0.Action", "s3:DeleteObject"],
    ],
  },
  {
    name: "no function can make a bearer token: it writes streamers' items, and of tokens their last use",
    check: template =>
      statements(template).flatMap(({ role, actions, condition }) =>
        Object.entries(keysOf).every(
          ([action, keys]) => !actions.includes(action) || isDeepStrictEqual(condition, keys),
        )
          ? []
          : [role],
      ),
    seeds: [
      [`${ingestStatement}.3.Condition`, undefined],
      [`${ingestStatement}.3.Condition.ForAllValues:StringLike.dynamodb:LeadingKeys`, ["*"]],
      [`${ingestStatement}.3.Condition.Null`, undefined],
      [`${ingestStatement}.4.Condition.ForAllValues:StringEquals.dynamodb:Attributes`, undefined],
      [`${ingestStatement}.4.Condition.Null.dynamodb:Attributes`, undefined],
      ["ChangeRole.Properties.Policies.0.PolicyDocument.Statement.3.Condition", undefined],
    ],
  },
  {
    name: "the functions that nobody calls see no tokens",
    check: template =>
      statements(template).flatMap(({ role, actions, condition }) =>
        (role === "WatchRole" || isOfRun(role)) &&
        actions.some(action => String(action).startsWith("dynamodb:")) &&
        !isDeepStrictEqual(condition, streamersKeys)
          ? [role]
          : [],
      ),
    seeds: [
      ["WatchRole.Properties.Policies.0.PolicyDocument.Statement.0.Condition", undefined],
      ["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.2.Condition", undefined],
    ],
  },
  {
    name: "a role is passed to the scheduler alone",
    check: template =>
      statements(template).flatMap(({ role, actions, condition }) =>
        actions.includes("iam:PassRole") && !isDeepStrictEqual(condition, toScheduler) ? [role] : [],
      ),
    seeds: [["RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.6.Condition", undefined]],
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
            isDeepStrictEqual(resources[1], { Ref: `${run}Credentials` }));
        return isRight ? [] : [role];
      }),
    seeds: [
      [
        "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.3.Resource.1.Ref",
        "RunDriftCredentials",
      ],
      [
        "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.6.Resource",
        { "Fn::GetAtt": ["IngestRole", "Arn"] },
      ],
    ],
  },
];
