/** Adds the stack's tags to each of its resources in the packaged template, whatever tool deploys it. */

/** The stack's resource types with tags; test/infra/data-rules.ts finds a type that is missing here. */
const tagged = [
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::CompositeAlarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::DynamoDB::Table",
  "AWS::IAM::Role",
  "AWS::KMS::Key",
  "AWS::Lambda::Function",
  "AWS::Logs::LogGroup",
  "AWS::S3::Bucket",
  "AWS::SecretsManager::Secret",
  "AWS::SNS::Topic",
  "AWS::SQS::Queue",
];
/** Their tags are a map. */
const taggedByMap = ["AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::Stage"];

module.exports = class Tags {
  constructor({ service }) {
    this.hooks = {
      "after:aws:package:finalize:mergeCustomProviderResources": () => tagAll(service.provider),
    };
  }
};

function tagAll({ compiledCloudFormationTemplate: { Resources }, stackTags }) {
  const list = Object.entries(stackTags).map(([Key, Value]) => ({ Key, Value }));
  for (const { Type, Properties } of Object.values(Resources)) {
    if (tagged.includes(Type)) Properties.Tags = list;
    if (taggedByMap.includes(Type)) Properties.Tags = stackTags;
    if (Type === "AWS::Budgets::Budget") Properties.ResourceTags = list;
  }
}
