import { isDeepStrictEqual } from "node:util";
import { all, at, each, ofType } from "./template.ts";
import type { Rule } from "./template-rules.ts";

/** Policies that stand on a resource, and let others in. */
const policies = [
  ["AWS::S3::BucketPolicy", "PolicyDocument"],
  ["AWS::SQS::QueuePolicy", "PolicyDocument"],
  ["AWS::SNS::TopicPolicy", "PolicyDocument"],
  ["AWS::KMS::Key", "KeyPolicy"],
] as const;
const ofThisAccount = { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } };
const root = { AWS: { "Fn::Sub": `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } };

/** CloudWatch's alarms of this account, and the account itself, whose own policies say who. */
function isLetIn(statement: unknown): boolean {
  const principal = at(statement, "Principal");
  if (isDeepStrictEqual(principal, root)) return true;
  return (
    isDeepStrictEqual(principal, { Service: "cloudwatch.amazonaws.com" }) &&
    isDeepStrictEqual(at(statement, "Condition"), ofThisAccount)
  );
}

const isPlain = (statement: unknown) =>
  ["aws:SecureTransport"].some(
    key => String(at(statement, `Condition.Bool.${key}`)) === "false" && at(statement, "Effect") === "Deny",
  );

const anybody = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
const limitMax = 1_000;

export const accessRules: readonly Rule[] = [
  {
    name: "nobody is let in by a resource's own policy, but this account and its alarms",
    check: template =>
      policies.flatMap(([type, document]) =>
        all(type, get =>
          (get(`${document}.Statement`) as unknown[]).every(
            statement => at(statement, "Effect") === "Deny" || isLetIn(statement),
          ),
        )(template),
      ),
    seeds: [
      ["DeadLettersPolicy.Properties.PolicyDocument.Statement.1", anybody],
      ["AlarmKey.Properties.KeyPolicy.Statement.2", anybody],
      ["AlarmTopicPolicy.Properties.PolicyDocument.Statement.2", anybody],
      ["AlarmTopicPolicy.Properties.PolicyDocument.Statement.0.Condition", undefined],
    ],
  },
  {
    name: "no kind of resource is there that opens another door",
    check: template =>
      ["AWS::Lambda::Url", "AWS::SecretsManager::ResourcePolicy", "AWS::S3::AccessPoint"].flatMap(type =>
        ofType(template, type).map(({ name }) => name),
      ),
    seeds: [
      ["Door", { Type: "AWS::Lambda::Url", Properties: { AuthType: "NONE" } }],
      ["Door", { Type: "AWS::SecretsManager::ResourcePolicy", Properties: {} }],
    ],
  },
  {
    name: "functions are called by this API alone",
    check: each(
      "AWS::Lambda::Permission",
      get =>
        get("Principal") === "apigateway.amazonaws.com" &&
        JSON.stringify(get("SourceArn") ?? "").includes('{"Ref":"HttpApi"}'),
    ),
    seeds: [
      ["IngestLambdaPermissionHttpApi.Properties.Principal", "*"],
      ["IngestLambdaPermissionHttpApi.Properties.SourceArn", undefined],
    ],
  },
  {
    name: "every bucket refuses what does not come by TLS",
    check: template => {
      const guarded = ofType(template, "AWS::S3::BucketPolicy").flatMap(({ resource: { Properties } }) =>
        (at(Properties, "PolicyDocument.Statement") as unknown[]).some(isPlain)
          ? [at(Properties, "Bucket.Ref")]
          : [],
      );
      return ofType(template, "AWS::S3::Bucket").flatMap(({ name }) =>
        guarded.includes(name) ? [] : [name],
      );
    },
    seeds: [
      ["ServerlessDeploymentBucketPolicy", undefined],
      ["ArchivePolicy.Properties.PolicyDocument.Statement", []],
    ],
  },
  {
    name: "no page of another origin may ask",
    check: each("AWS::ApiGatewayV2::Api", get => get("CorsConfiguration") === undefined),
    seeds: [["HttpApi.Properties.CorsConfiguration", { AllowOrigins: ["*"] }]],
  },
  {
    name: "the Import API is asked by https",
    check: each("AWS::Lambda::Function", get =>
      String(get("Environment.Variables.IMPORT_API_URL")).startsWith("https://"),
    ),
    seeds: [["IngestLambdaFunction.Properties.Environment.Variables.IMPORT_API_URL", "http://a.example"]],
  },
  {
    name: "limits are limits",
    check: template => [
      ...all("AWS::ApiGatewayV2::Stage", get =>
        ["ThrottlingRateLimit", "ThrottlingBurstLimit"].every(
          limit => Number(get(`DefaultRouteSettings.${limit}`)) <= limitMax,
        ),
      )(template),
      ...all(
        "AWS::Lambda::Function",
        get => Number(get("ReservedConcurrentExecutions") ?? 0) <= limitMax,
      )(template),
    ],
    seeds: [
      ["HttpApiStage.Properties.DefaultRouteSettings.ThrottlingRateLimit", 1e9],
      ["IngestLambdaFunction.Properties.ReservedConcurrentExecutions", 100_000],
    ],
  },
];
