import { isDeepStrictEqual } from "node:util";
import { at, each, type Get, ofType } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const table = "AWS::DynamoDB::Table";
const bucket = "AWS::S3::Bucket";

/** The bucket for packages. The deploy tool creates it, and it contains none of our data. */
const isDeployment = (name: string) => name === "ServerlessDeploymentBucket";

const archive = (passes: (get: Get) => boolean) =>
  each(bucket, (get, name) => isDeployment(name) || passes(get));

const lifecycle = (get: Get) =>
  ((get("LifecycleConfiguration.Rules") ?? []) as Record<string, unknown>[]).filter(
    rule => rule.Status === "Enabled",
  );

/** The history, receipts and idempotency records refer to these objects. */
const keptPrefixes = ["bookmarks/", "receipts/"];
const overlap = (a: string, b: string) => a.startsWith(b) || b.startsWith(a);
/** The members of a lifecycle rule that delete or move an object. */
const endings = ["ExpirationInDays", "ExpirationDate", "Transition", "Transitions"];

/** A missing property. */
const noValue = { Ref: "AWS::NoValue" };

/** The archive and everything in it. */
const wholeArchive = [{ "Fn::GetAtt": ["Archive", "Arn"] }, { "Fn::Sub": `\${Archive.Arn}/*` }];

const tableRules: readonly Rule[] = [
  {
    name: "the table has the code's keys, and on-demand capacity",
    check: each(
      table,
      get =>
        get("KeySchema.0.AttributeName") === "pk" &&
        get("KeySchema.1.AttributeName") === "sk" &&
        get("BillingMode") === "PAY_PER_REQUEST",
    ),
    seeds: [
      ["Table.Properties.KeySchema.0.AttributeName", "id"],
      ["Table.Properties.BillingMode", "PROVISIONED"],
    ],
  },
  {
    name: "the table is encrypted",
    check: each(table, get => get("SSESpecification.SSEEnabled") === true),
    seeds: [["Table.Properties.SSESpecification", undefined]],
  },
  {
    name: "the table can be restored to any point in time",
    check: each(table, get => get("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled") === true),
    seeds: [["Table.Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", false]],
  },
  {
    name: "the table deletes expired items",
    check: each(
      table,
      get =>
        get("TimeToLiveSpecification.AttributeName") === "expiresAt" &&
        get("TimeToLiveSpecification.Enabled") === true,
    ),
    seeds: [
      ["Table.Properties.TimeToLiveSpecification", undefined],
      ["Table.Properties.TimeToLiveSpecification.AttributeName", "ttl"],
    ],
  },
  {
    name: "the table is protected from deletion",
    check: each(table, get => get("DeletionProtectionEnabled") === true),
    seeds: [["Table.Properties.DeletionProtectionEnabled", false]],
  },
];

const archiveRules: readonly Rule[] = [
  {
    name: "buckets are encrypted",
    check: each(bucket, get => get("BucketEncryption.ServerSideEncryptionConfiguration.0") !== undefined),
    seeds: [
      ["Archive.Properties.BucketEncryption", undefined],
      ["Archive.Properties.BucketEncryption.ServerSideEncryptionConfiguration", []],
    ],
  },
  {
    name: "buckets block public access in all four ways",
    check: each(bucket, get =>
      ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].every(
        way => get(`PublicAccessBlockConfiguration.${way}`) === true,
      ),
    ),
    seeds: [
      ["Archive.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy", false],
      ["ServerlessDeploymentBucket.Properties.PublicAccessBlockConfiguration", undefined],
    ],
  },
  {
    name: "the archive's owner owns every object",
    check: archive(get => get("OwnershipControls.Rules.0.ObjectOwnership") === "BucketOwnerEnforced"),
    seeds: [["Archive.Properties.OwnershipControls", undefined]],
  },
  {
    name: "the archive is versioned",
    check: archive(get => get("VersioningConfiguration.Status") === "Enabled"),
    seeds: [["Archive.Properties.VersioningConfiguration.Status", "Suspended"]],
  },
  {
    name: "the archive's policy refuses everything without TLS, and does nothing else",
    check: template => {
      const policies = ofType(template, "AWS::S3::BucketPolicy").filter(
        ({ resource }) => at(resource.Properties, "Bucket.Ref") === "Archive",
      );
      const refused = policies.filter(({ resource }) => {
        const [statement, ...more] = at(resource.Properties, "PolicyDocument.Statement") as unknown[];
        return (
          more.length === 0 &&
          at(statement, "Effect") === "Deny" &&
          at(statement, "Principal") === "*" &&
          at(statement, "Action") === "s3:*" &&
          isDeepStrictEqual(at(statement, "Resource"), wholeArchive) &&
          isDeepStrictEqual(at(statement, "Condition"), { Bool: { "aws:SecureTransport": "false" } })
        );
      });
      return refused.length === 1 ? [] : ["Archive"];
    },
    seeds: [
      ["ArchivePolicy", undefined],
      ["ArchivePolicy.Properties.PolicyDocument.Statement.0.Principal", { AWS: "arn:aws:iam::1:root" }],
      ["ArchivePolicy.Properties.PolicyDocument.Statement.0.Action", "s3:GetObject"],
      ["ArchivePolicy.Properties.PolicyDocument.Statement.0.Resource", wholeArchive.slice(0, 1)],
      ["ArchivePolicy.Properties.PolicyDocument.Statement.1", { Effect: "Allow", Principal: "*" }],
    ],
  },
  {
    name: "bodies move to colder storage after 30 and 90 days",
    check: archive(get =>
      lifecycle(get).some(
        rule =>
          rule.Prefix === "raw/" &&
          isDeepStrictEqual(rule.Transitions, [
            { StorageClass: "STANDARD_IA", TransitionInDays: 30 },
            { StorageClass: "GLACIER_IR", TransitionInDays: 90 },
          ]),
      ),
    ),
    seeds: [
      ["Archive.Properties.LifecycleConfiguration.Rules.0.Status", "Disabled"],
      ["Archive.Properties.LifecycleConfiguration.Rules.0.Prefix", "bookmarks/"],
    ],
  },
  {
    name: "nothing archived expires except bodies, long after their last move",
    check: archive(get =>
      lifecycle(get).every(
        ({ Prefix, ExpirationInDays: days, ExpirationDate }) =>
          ExpirationDate === undefined &&
          (days === undefined ||
            isDeepStrictEqual(days, noValue) ||
            (Prefix === "raw/" && Number(days) > 90)),
      ),
    ),
    seeds: [
      ["Archive.Properties.LifecycleConfiguration.Rules.0.ExpirationInDays", 90],
      ["Archive.Properties.LifecycleConfiguration.Rules.0.ExpirationDate", "2027-01-01T00:00:00Z"],
      ["Archive.Properties.LifecycleConfiguration.Rules.1.ExpirationInDays", 365],
    ],
  },
  {
    name: "bookmarks and receipts never expire, and stay where they can be read",
    check: archive(get =>
      lifecycle(get)
        .filter(({ Prefix = "" }) => keptPrefixes.some(kept => overlap(kept, String(Prefix))))
        .every(rule => endings.every(ending => rule[ending] === undefined)),
    ),
    seeds: [
      ["Archive.Properties.LifecycleConfiguration.Rules.1.ExpirationInDays", 3_650],
      ["Archive.Properties.LifecycleConfiguration.Rules.1.ExpirationDate", "2027-01-01T00:00:00Z"],
      ...["", "bookmarks/", "receipts/", "bookmarks/github/", "r", undefined].map(
        prefix => ["Archive.Properties.LifecycleConfiguration.Rules.0.Prefix", prefix] as [string, unknown],
      ),
      [
        "Archive.Properties.LifecycleConfiguration.Rules.2",
        { Status: "Enabled", Prefix: "receipts/", ExpirationInDays: 400 },
      ],
    ],
  },
  {
    name: "the archive deletes replaced versions, and parts of aborted uploads",
    check: archive(get =>
      ["NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"].every(leftover =>
        lifecycle(get).some(rule => rule[leftover] !== undefined),
      ),
    ),
    seeds: [
      ["Archive.Properties.LifecycleConfiguration.Rules.1.NoncurrentVersionExpiration", undefined],
      ["Archive.Properties.LifecycleConfiguration.Rules.1.AbortIncompleteMultipartUpload", undefined],
    ],
  },
];

const retained = ["Table", "Archive", "Secret", "RunGithubCredentials"];

/** Tags as a list, and in API Gateway's form. */
const tagsOf = (tags: unknown) =>
  Array.isArray(tags) ? Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) : tags;

export const dataRules: readonly Rule[] = [
  {
    // The validator, which knows each type, finds resources without tags: packaged.ts.
    name: "tags name the application and the stage",
    check: template => {
      const service = at(
        template.Resources.IngestLambdaFunction?.Properties,
        "Environment.Variables.SERVICE",
      );
      const tags = { application: "persister", stage: String(service).replace("persister-", "") };
      return Object.entries(template.Resources).flatMap(([name, resource]) => {
        const own = at(resource?.Properties, "Tags");
        return own === undefined || isDeepStrictEqual(tagsOf(own), tags) ? [] : [name];
      });
    },
    seeds: [
      ["Table.Properties.Tags.0.Value", "other"],
      ["HttpApiStage.Properties.Tags", { application: "persister" }],
    ],
  },
  ...tableRules,
  ...archiveRules,
  {
    name: "resources with data outlive the stack, but not a failed first deploy",
    check: template =>
      ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"]
        .flatMap(type => ofType(template, type))
        .filter(
          ({ name, resource }) =>
            !isDeployment(name) &&
            (at(resource, "DeletionPolicy") !== "RetainExceptOnCreate" ||
              at(resource, "UpdateReplacePolicy") !== "Retain"),
        )
        .map(({ name }) => name),
    seeds: retained.flatMap(name => [
      [`${name}.DeletionPolicy`, "Delete"],
      [`${name}.DeletionPolicy`, "Retain"],
      [`${name}.UpdateReplacePolicy`, undefined],
    ]) as [string, unknown][],
  },
];
