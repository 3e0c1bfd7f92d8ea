import { at, each, ofType, type Template } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const variables = (template: Template) =>
  ofType(template, "AWS::Lambda::Function").flatMap(({ name, resource }) =>
    Object.entries(at(resource.Properties, "Environment.Variables") ?? {}).map(
      ([variable, value]) => `${name}: ${variable}=${JSON.stringify(value)}`,
    ),
  );

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
    name: "functions end before the HTTP API's 30 s",
    check: each("AWS::Lambda::Function", get => Number(get("Timeout")) < 30),
    seeds: [["IngestLambdaFunction.Properties.Timeout", 30]],
  },
  {
    name: "no secret stands in a function's environment",
    check: template =>
      variables(template).filter(each =>
        /TOKEN|PASSWORD|CLIENT_ID|SECRET(?!_ARN=)|\{\{resolve:/.test(each.replace(/"Ref":"Secret"/, "")),
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
    name: "the secret's value does not stand in the template",
    check: each("AWS::SecretsManager::Secret", get => get("SecretString") === undefined),
    seeds: [["Secret.Properties.SecretString", "{}"]],
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
    name: "logs are kept for a time, and not for ever",
    check: each("AWS::Logs::LogGroup", get => Number(get("RetentionInDays")) > 0),
    seeds: [["IngestLogGroup.Properties.RetentionInDays", undefined]],
  },
];
