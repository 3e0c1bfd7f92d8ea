import { isDeepStrictEqual } from "node:util";
import { all, at, each, ofType } from "./template.ts";
import type { Rule } from "./template-rules.ts";

/** Resources with a policy of their own that grants access to others. */
const policies = [
  ["AWS::S3::BucketPolicy", "PolicyDocument"],
  ["AWS::SQS::QueuePolicy", "PolicyDocument"],
  ["AWS::SNS::TopicPolicy", "PolicyDocument"],
  ["AWS::KMS::Key", "KeyPolicy"],
] as const;
const ofThisAccount = { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } };
const root = { AWS: { "Fn::Sub": `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } };

/** CloudWatch's alarms of this account, and the account itself, whose own policies decide. */
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
    name: "resource policies grant access only to this account and its alarms",
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
    name: "no resource of a kind that grants access in another way exists",
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
    name: "functions may be called only by this API",
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
    name: "every bucket refuses requests without TLS",
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
    name: "CORS is off",
    check: each("AWS::ApiGatewayV2::Api", get => get("CorsConfiguration") === undefined),
    seeds: [["HttpApi.Properties.CorsConfiguration", { AllowOrigins: ["*"] }]],
  },
  {
    name: "the Import API is called over https",
    check: each("AWS::Lambda::Function", get =>
      String(get("Environment.Variables.IMPORT_API_URL")).startsWith("https://"),
    ),
    seeds: [["IngestLambdaFunction.Properties.Environment.Variables.IMPORT_API_URL", "http://a.example"]],
  },
  {
    name: "throttling limits are positive",
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
