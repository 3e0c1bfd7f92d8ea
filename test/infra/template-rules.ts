/** A CloudFormation template, as far as the rules look into it. */
export interface Template {
  readonly Resources: Record<string, Resource | undefined>;
}
interface Resource {
  readonly Type: string;
  readonly Properties: unknown;
}

export interface Rule {
  readonly name: string;
  /** The faults found, a line each. */
  check(template: Template): string[];
  /** What breaks the rule, as `[path, value]`: a rule that does not notice proves nothing. */
  readonly seed: readonly [path: string, value: unknown];
}

/** The value at a path of dots, or undefined. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((each, name) => (each as Record<string, unknown> | undefined)?.[name], value);

/** Puts a value at a path in a template's resources; undefined takes what is there away. */
export function seed(template: Template, [path, value]: Rule["seed"]): void {
  const names = path.split(".");
  const last = names.pop()!;
  const parent = names.length === 0 ? template.Resources : at(template.Resources, names.join("."));
  (parent as Record<string, unknown>)[last] = value;
}

const ofType = (template: Template, type: string) =>
  Object.entries(template.Resources).flatMap(([name, resource]) =>
    resource?.Type === type && !name.startsWith("Serverless") ? [{ name, resource }] : [],
  );

/** A fault for each resource of a type that does not pass, and where there is none. */
const each = (type: string, passes: (get: (path: string) => unknown) => boolean) => (template: Template) => {
  const found = ofType(template, type);
  if (found.length === 0) return [`there is no ${type}`];
  return found.flatMap(({ name, resource }) => (passes(path => at(resource.Properties, path)) ? [] : [name]));
};

/** What roles allow. */
const statements = (template: Template) =>
  ofType(template, "AWS::IAM::Role").flatMap(({ name: role, resource }) =>
    (at(resource.Properties, "Policies") as unknown[]).flatMap(policy =>
      (at(policy, "PolicyDocument.Statement") as unknown[]).map(statement => ({
        role,
        actions: [at(statement, "Action")].flat() as string[],
        resources: [at(statement, "Resource")].flat(),
      })),
    ),
  );

const variables = (template: Template) =>
  ofType(template, "AWS::Lambda::Function").flatMap(({ name, resource }) =>
    Object.keys(at(resource.Properties, "Environment.Variables") ?? {}).map(
      variable => `${name}: ${variable}`,
    ),
  );

const lifecycle = (get: (path: string) => unknown) =>
  ((get("LifecycleConfiguration.Rules") ?? []) as Record<string, unknown>[]).filter(
    rule => rule.Status === "Enabled",
  );

const isNumberAbove = (least: number, value: unknown) => typeof value === "number" && value > least;

export const rules: readonly Rule[] = [
  {
    name: "no role allows actions by `*`",
    check: template =>
      statements(template).flatMap(({ role, actions }) =>
        actions.join().includes("*") ? [`${role}: ${actions}`] : [],
      ),
    seed: ["IngestRole.Properties.Policies.0.PolicyDocument.Statement.0.Action", "s3:*"],
  },
  {
    name: "no role names a resource by `*`",
    check: template =>
      statements(template).flatMap(({ role, resources }) => (resources.includes("*") ? [role] : [])),
    seed: ["BookmarkRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource", "*"],
  },
  {
    name: "every function has a role of its own, which no other shares",
    check: template => {
      const functions = ofType(template, "AWS::Lambda::Function");
      const roles = functions.map(({ resource }) => JSON.stringify(at(resource.Properties, "Role")));
      return roles.filter((role, i) => roles.indexOf(role) !== i);
    },
    seed: ["BookmarkLambdaFunction.Properties.Role", { "Fn::GetAtt": ["IngestRole", "Arn"] }],
  },
  {
    name: "only the function that takes deliveries in may write",
    check: template =>
      statements(template).flatMap(({ role, actions }) =>
        role !== "IngestRole" && /:(Put|Update|Delete)(Object|Item)/.test(actions.join()) ? [role] : [],
      ),
    seed: ["BookmarkRole.Properties.Policies.0.PolicyDocument.Statement.1.Action", "dynamodb:UpdateItem"],
  },
  {
    name: "functions run on Node 24 and arm64",
    check: each(
      "AWS::Lambda::Function",
      get => get("Runtime") === "nodejs24.x" && get("Architectures.0") === "arm64",
    ),
    seed: ["IngestLambdaFunction.Properties.Runtime", "nodejs20.x"],
  },
  {
    name: "functions end before the HTTP API's 30 s",
    check: each("AWS::Lambda::Function", get => Number(get("Timeout")) < 30),
    seed: ["IngestLambdaFunction.Properties.Timeout", 30],
  },
  {
    name: "no secret stands in a function's environment",
    check: template =>
      variables(template).filter(each => /TOKEN|PASSWORD|CLIENT_ID|SECRET(?!_ARN)/.test(each)),
    seed: ["IngestLambdaFunction.Properties.Environment.Variables.STITCH_TOKEN", "at_x"],
  },
  {
    name: "the table is encrypted",
    check: each("AWS::DynamoDB::Table", get => get("SSESpecification.SSEEnabled") === true),
    seed: ["Table.Properties.SSESpecification", undefined],
  },
  {
    name: "the table can be restored to any point in time",
    check: each(
      "AWS::DynamoDB::Table",
      get => get("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled") === true,
    ),
    seed: ["Table.Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", false],
  },
  {
    name: "the table is protected from deletion",
    check: each("AWS::DynamoDB::Table", get => get("DeletionProtectionEnabled") === true),
    seed: ["Table.Properties.DeletionProtectionEnabled", false],
  },
  {
    name: "the archive is encrypted",
    check: each(
      "AWS::S3::Bucket",
      get => get("BucketEncryption.ServerSideEncryptionConfiguration.0") !== undefined,
    ),
    seed: ["Archive.Properties.BucketEncryption", undefined],
  },
  {
    name: "the archive is versioned",
    check: each("AWS::S3::Bucket", get => get("VersioningConfiguration.Status") === "Enabled"),
    seed: ["Archive.Properties.VersioningConfiguration.Status", "Suspended"],
  },
  {
    name: "the archive blocks public access in all four ways",
    check: each("AWS::S3::Bucket", get =>
      ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].every(
        way => get(`PublicAccessBlockConfiguration.${way}`) === true,
      ),
    ),
    seed: ["Archive.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy", false],
  },
  {
    name: "the archive refuses what comes without TLS",
    check: each(
      "AWS::S3::BucketPolicy",
      get =>
        get("Bucket.Ref") === "Archive" &&
        get("PolicyDocument.Statement.0.Effect") === "Deny" &&
        at(get("PolicyDocument.Statement.0.Condition.Bool"), "aws:SecureTransport") === "false",
    ),
    seed: ["ArchivePolicy", undefined],
  },
  {
    name: "the archive moves to colder storage",
    check: each("AWS::S3::Bucket", get => lifecycle(get).some(rule => rule.Transitions !== undefined)),
    seed: ["Archive.Properties.LifecycleConfiguration.Rules.0.Status", "Disabled"],
  },
  {
    name: "the archive drops the parts of broken uploads",
    check: each("AWS::S3::Bucket", get =>
      lifecycle(get).some(rule => rule.AbortIncompleteMultipartUpload !== undefined),
    ),
    seed: ["Archive.Properties.LifecycleConfiguration.Rules.1.Status", "Disabled"],
  },
  {
    name: "what holds data outlives the stack",
    check: template =>
      ["Table", "Archive", "Secret"].filter(name =>
        ["DeletionPolicy", "UpdateReplacePolicy"].some(
          policy => at(template.Resources[name], policy) !== "Retain",
        ),
      ),
    seed: ["Secret.DeletionPolicy", "Delete"],
  },
  {
    name: "logs are kept for a time, and not for ever",
    check: each("AWS::Logs::LogGroup", get => isNumberAbove(0, get("RetentionInDays"))),
    seed: ["IngestLogGroup.Properties.RetentionInDays", undefined],
  },
  {
    name: "the HTTP API is throttled",
    check: each("AWS::ApiGatewayV2::Stage", get =>
      ["ThrottlingRateLimit", "ThrottlingBurstLimit"].every(limit =>
        isNumberAbove(0, get(`DefaultRouteSettings.${limit}`)),
      ),
    ),
    seed: ["HttpApiStage.Properties.DefaultRouteSettings", undefined],
  },
  {
    name: "the HTTP API logs who asked",
    check: each("AWS::ApiGatewayV2::Stage", get => get("AccessLogSettings.DestinationArn") !== undefined),
    seed: ["HttpApiStage.Properties.AccessLogSettings", undefined],
  },
  {
    name: "the HTTP API hands events over in payload format 2.0",
    check: each("AWS::ApiGatewayV2::Integration", get => get("PayloadFormatVersion") === "2.0"),
    seed: ["HttpApiIntegrationIngest.Properties.PayloadFormatVersion", "1.0"],
  },
];
