/** Puts the stack's tags on each of its resources: the template that was packaged says so, whatever deploys it. */

/** The types of which a stack has some and that have tags; test/infra/data-rules.ts finds one that is not among them. */
const tagged = [
  "AWS::CloudWatch::Alarm",
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
/** Of these the tags are a map. */
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
