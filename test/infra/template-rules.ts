/** A CloudFormation template, as far as the rules look into it. */
export interface Template {
  readonly Resources: Record<string, Resource>;
}
export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties are as many as AWS's resource types
  readonly Properties?: any;
}

export interface Rule {
  readonly name: string;
  /** The faults found, a line each. */
  check(template: Template): string[];
  /** Breaks the rule: a rule that does not notice proves nothing. */
  seed(template: Template): void;
}

const ofType = (template: Template, type: string) =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
// biome-ignore lint/suspicious/noExplicitAny: as above
const propertiesOf = (template: Template, name: string): any => template.Resources[name]!.Properties;

/** A fault for each resource of a type that does not pass. */
// biome-ignore lint/suspicious/noExplicitAny: as above
const each = (type: string, passes: (properties: any, resource: Resource) => boolean) => (template: Template) => {
  const found = ofType(template, type).filter(([name]) => !name.startsWith("Serverless"));
  if (found.length === 0) return [`there is no ${type}`];
  return found.flatMap(([name, resource]) => (passes(resource.Properties, resource) ? [] : [name]));
};

interface Statement {
  readonly role: string;
  readonly actions: string[];
  readonly resources: unknown[];
}

function statements(template: Template): Statement[] {
  return ofType(template, "AWS::IAM::Role").flatMap(([role, { Properties }]) =>
    Properties.Policies.flatMap((policy: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }) =>
      policy.PolicyDocument.Statement.map(({ Action, Resource }) => ({
        role,
        actions: [Action].flat() as string[],
        resources: [Resource].flat(),
      })),
    ),
  );
}

const isWide = (text: unknown) => typeof text === "string" && (text === "*" || /^[a-z0-9]+:[^/]*\*/.test(text));

export const rules: readonly Rule[] = [
  {
    name: "no role allows an action or a resource by `*`",
    check: template =>
      statements(template).flatMap(({ role, actions, resources }) =>
        actions.some(isWide) || resources.some(isWide) ? [`${role}: ${actions.join()}`] : [],
      ),
    seed: template => {
      propertiesOf(template, "IngestRole").Policies[0].PolicyDocument.Statement[0].Action = "s3:*";
    },
  },
  {
    name: "no role names a resource by `*`",
    check: template => statements(template).flatMap(({ role, resources }) => (resources.includes("*") ? [role] : [])),
    seed: template => {
      propertiesOf(template, "BookmarkRole").Policies[0].PolicyDocument.Statement[0].Resource = "*";
    },
  },
  {
    name: "every function has a role of its own, which no other shares",
    check: template => {
      const roles = ofType(template, "AWS::Lambda::Function").map(([, { Properties }]) => JSON.stringify(Properties.Role));
      return roles.filter((role, i) => roles.indexOf(role) !== i);
    },
    seed: template => {
      propertiesOf(template, "BookmarkLambdaFunction").Role = propertiesOf(template, "IngestLambdaFunction").Role;
    },
  },
  {
    name: "only the function that takes deliveries in may write",
    check: template =>
      statements(template).flatMap(({ role, actions }) =>
        role !== "IngestRole" && actions.some(action => /:(Put|Update|Delete)(Object|Item)$/.test(action)) ? [role] : [],
      ),
    seed: template => {
      propertiesOf(template, "BookmarkRole").Policies[0].PolicyDocument.Statement[1].Action = "dynamodb:UpdateItem";
    },
  },
  {
    name: "functions run on Node 24 and arm64, and end before the HTTP API's 30 s",
    check: each(
      "AWS::Lambda::Function",
      ({ Runtime, Architectures, Timeout }) => Runtime === "nodejs24.x" && Architectures?.[0] === "arm64" && Timeout < 30,
    ),
    seed: template => {
      propertiesOf(template, "IngestLambdaFunction").Timeout = 30;
    },
  },
  {
    name: "no secret stands in a function's environment",
    check: template =>
      ofType(template, "AWS::Lambda::Function").flatMap(([name, { Properties }]) =>
        Object.keys(Properties.Environment.Variables).flatMap(variable =>
          /TOKEN|PASSWORD|CLIENT_ID|SECRET(?!_ARN)/.test(variable) ? [`${name}: ${variable}`] : [],
        ),
      ),
    seed: template => {
      propertiesOf(template, "IngestLambdaFunction").Environment.Variables.STITCH_TOKEN = "at_x";
    },
  },
  {
    name: "the table is encrypted, protected from deletion, and can be restored to any point in time",
    check: each(
      "AWS::DynamoDB::Table",
      ({ SSESpecification, DeletionProtectionEnabled, PointInTimeRecoverySpecification: recovery }) =>
        SSESpecification?.SSEEnabled && DeletionProtectionEnabled && recovery?.PointInTimeRecoveryEnabled,
    ),
    seed: template => {
      propertiesOf(template, "Table").PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled = false;
    },
  },
  {
    name: "the archive is encrypted and versioned",
    check: each(
      "AWS::S3::Bucket",
      ({ BucketEncryption, VersioningConfiguration }) =>
        BucketEncryption !== undefined && VersioningConfiguration?.Status === "Enabled",
    ),
    seed: template => {
      delete propertiesOf(template, "Archive").BucketEncryption;
    },
  },
  {
    name: "the archive blocks public access in all four ways",
    check: each("AWS::S3::Bucket", ({ PublicAccessBlockConfiguration: block = {} }) =>
      ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].every(way => block[way] === true),
    ),
    seed: template => {
      propertiesOf(template, "Archive").PublicAccessBlockConfiguration.BlockPublicPolicy = false;
    },
  },
  {
    name: "the archive refuses what comes without TLS",
    check: template =>
      ofType(template, "AWS::S3::BucketPolicy").some(([, { Properties }]) =>
        JSON.stringify(Properties).includes('"Effect":"Deny"') &&
        JSON.stringify(Properties).includes('"aws:SecureTransport":"false"') &&
        Properties.Bucket?.Ref === "Archive",
      )
        ? []
        : ["Archive"],
    seed: template => {
      delete template.Resources.ArchivePolicy;
    },
  },
  {
    name: "the archive moves to colder storage, and drops the parts of broken uploads",
    check: each("AWS::S3::Bucket", ({ LifecycleConfiguration: { Rules = [] } = {} }) =>
      ["Transitions", "AbortIncompleteMultipartUpload"].every(kind =>
        Rules.some((rule: Record<string, unknown>) => rule.Status === "Enabled" && rule[kind] !== undefined),
      ),
    ),
    seed: template => {
      propertiesOf(template, "Archive").LifecycleConfiguration.Rules[0].Status = "Disabled";
    },
  },
  {
    name: "what holds data outlives the stack",
    check: template =>
      ["Table", "Archive", "Secret"].filter(name => {
        const { DeletionPolicy, UpdateReplacePolicy } = template.Resources[name]!;
        return DeletionPolicy !== "Retain" || UpdateReplacePolicy !== "Retain";
      }),
    seed: template => {
      Object.assign(template.Resources.Secret!, { DeletionPolicy: "Delete" });
    },
  },
  {
    name: "logs are kept for a time, and not for ever",
    check: each("AWS::Logs::LogGroup", ({ RetentionInDays }) => RetentionInDays > 0),
    seed: template => {
      delete propertiesOf(template, "IngestLogGroup").RetentionInDays;
    },
  },
  {
    name: "the HTTP API is throttled and logs who asked",
    check: each(
      "AWS::ApiGatewayV2::Stage",
      ({ DefaultRouteSettings: settings, AccessLogSettings }) =>
        settings?.ThrottlingRateLimit > 0 && settings?.ThrottlingBurstLimit > 0 && AccessLogSettings?.DestinationArn !== undefined,
    ),
    seed: template => {
      delete propertiesOf(template, "HttpApiStage").DefaultRouteSettings;
    },
  },
  {
    name: "the HTTP API hands events over in payload format 2.0",
    check: each("AWS::ApiGatewayV2::Integration", ({ PayloadFormatVersion }) => PayloadFormatVersion === "2.0"),
    seed: template => {
      propertiesOf(template, "HttpApiIntegrationIngest").PayloadFormatVersion = "1.0";
    },
  },
];
