import { isDeepStrictEqual } from "node:util";
import { all, at, each, isOfRun, ofType, statements, type Template } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const variables = (template: Template) =>
  ofType(template, "AWS::Lambda::Function").flatMap(({ name, resource }) =>
    Object.entries(at(resource.Properties, "Environment.Variables") ?? {}).map(
      ([variable, value]) => `${name}: ${variable}=${JSON.stringify(value)}`,
    ),
  );

const variablesOfAll = [
  "NODE_OPTIONS",
  "SERVICE",
  "TABLE_NAME",
  "ARCHIVE_BUCKET",
  "IMPORT_API_URL",
  "AUTHORIZATION",
  "BOOKMARK_AGE_HOURS",
  "STREAMER_METRICS",
];

const variablesOfRun = [
  "STREAMER",
  "COMMAND",
  "CREDENTIALS",
  "CREDENTIALS_SECRET_ARN",
  "START_ROLE_ARN",
  "DEAD_LETTERS_ARN",
];
/** The members of its secret that a run may replace. */
const variablesOf: Readonly<Record<string, readonly string[]>> = {
  IngestLambdaFunction: ["ACCOUNTS_SECRET_ARN"],
  WatchLambdaFunction: ["ALARM_TOPIC_ARN"],
  RunDriftLambdaFunction: [...variablesOfRun, "RENEWED"],
};

export const functionRules: readonly Rule[] = [
  {
    name: "functions run on Node 24 and arm64",
    check: each(
      "AWS::Lambda::Function",
      get => get("Runtime") === "nodejs24.x" && get("Architectures.0") === "arm64",
    ),
    seeds: [
      ["IngestLambdaFunction.Properties.Runtime", "nodejs20.x"],
      ["BookmarkLambdaFunction.Properties.Architectures", ["x86_64"]],
    ],
  },
  {
    name: "functions end before the HTTP API's 30 s, except scheduled runs",
    check: each("AWS::Lambda::Function", (get, name) =>
      isOfRun(name) ? get("Timeout") === 900 : Number(get("Timeout")) < 30,
    ),
    seeds: [
      ["IngestLambdaFunction.Properties.Timeout", 30],
      ["RunGithubLambdaFunction.Properties.Timeout", 29],
    ],
  },
  {
    // A new account has a concurrency of ten, none of which Lambda lets it reserve.
    name: "no concurrency is reserved unless a parameter says so",
    check: each("AWS::Lambda::Function", get => get("ReservedConcurrentExecutions") === undefined),
    seeds: [
      ["IngestLambdaFunction.Properties.ReservedConcurrentExecutions", 20],
      ["RunGithubLambdaFunction.Properties.ReservedConcurrentExecutions", 1],
    ],
  },
  {
    name: "functions and the schedules of their next runs have names of at most 64 characters",
    check: template =>
      [
        ...ofType(template, "AWS::Lambda::Function").map(({ resource }) =>
          String(at(resource.Properties, "FunctionName")),
        ),
        ...statements(template)
          .filter(({ actions }) => actions.includes("scheduler:CreateSchedule"))
          .flatMap(({ resources }) => resources.map(each => String(at(each, "Fn::Sub")).split("/").at(-1)!)),
      ].filter(name => name.length > 64),
    seeds: [
      ["WatchLambdaFunction.Properties.FunctionName", "w".repeat(65)],
      [
        "RunGithubRole.Properties.Policies.0.PolicyDocument.Statement.0",
        { Action: "scheduler:CreateSchedule", Resource: { "Fn::Sub": `arn:schedule/${"s".repeat(65)}` } },
      ],
    ],
  },
  {
    name: "functions have the environment that the code reads",
    check: each("AWS::Lambda::Function", (get, name) => {
      const own = variablesOf[name] ?? (isOfRun(name) ? variablesOfRun : []);
      const names = Object.keys(get("Environment.Variables") ?? {});
      return isDeepStrictEqual(names.sort(), [...variablesOfAll, ...own].sort());
    }),
    seeds: [
      ["WatchLambdaFunction.Properties.Environment.Variables.ACCOUNTS_SECRET_ARN", { Ref: "Secret" }],
      ["ChangeLambdaFunction.Properties.Environment", undefined],
      ["RunGithubLambdaFunction.Properties.Environment.Variables", {}],
    ],
  },
  {
    name: "no secret is in a function's environment",
    check: template =>
      variables(template).filter(each =>
        /TOKEN|PASSWORD|CLIENT_ID|SECRET(?!_ARN=)|\{\{resolve:/.test(
          each.replace(/^\w+: (CREDENTIALS|RENEWED)=".*"$|"Ref":"Secret"/, ""),
        ),
      ),
    seeds: [
      ["IngestLambdaFunction.Properties.Environment.Variables.STITCH_TOKEN", "at_x"],
      [
        "IngestLambdaFunction.Properties.Environment.Variables.IMPORT_API_URL",
        { "Fn::Sub": `{{resolve:secretsmanager:\${Secret}:SecretString:stitchToken}}` },
      ],
    ],
  },
  {
    name: "the secret's value is not in the template",
    check: all("AWS::SecretsManager::Secret", get => get("SecretString") === undefined),
    seeds: [
      ["Secret.Properties.SecretString", "{}"],
      ["RunGithubCredentials.Properties.SecretString", "{}"],
    ],
  },
  {
    name: "every function has its log group",
    check: template => {
      const groups = ofType(template, "AWS::Logs::LogGroup").map(({ resource }) =>
        at(resource.Properties, "LogGroupName"),
      );
      return each("AWS::Lambda::Function", get => groups.includes(`/aws/lambda/${get("FunctionName")}`))(
        template,
      );
    },
    seeds: [["IngestLogGroup", undefined]],
  },
  {
    name: "logs expire",
    check: each("AWS::Logs::LogGroup", get => Number(get("RetentionInDays")) > 0),
    seeds: [["IngestLogGroup.Properties.RetentionInDays", undefined]],
  },
];
