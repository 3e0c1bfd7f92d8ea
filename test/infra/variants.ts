import { expect } from "vitest";
import { at, isOfRun, ofType, type Template } from "./template.ts";

/** Values of the parameters, and the template that they make. */
export interface Variant {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly stage?: string;
  readonly region?: string;
  /** Matches the names of the rules that don't apply here. */
  readonly without?: RegExp;
  readonly shows: (template: Template) => void;
}

const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:stitch-AbCdEf";
const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/1b2c";
const domain = ["customDomain=persister.example.com", `certificateArn=${certificate}`];
const jwt = ["auth=jwt", "jwtIssuer=https://id.example.com/", "jwtAudience=persister,other"];

/** `persister-<stage>-overview` has the 64 characters that a function's name may have. */
export const longestStage = "s".repeat(45);
/** `persister-<stage>-runChargebee`. */
const longestStageOfRuns = "s".repeat(41);

const ofTable = /^the table /;
const ofArchive = /^(the archive\b|bodies move|nothing archived|every bucket)/;
/** These rules know the resources by their logical ids. */
const ofNames = /^roles (allow what|name their resources)/;
const oneOf = (...patterns: readonly RegExp[]) => new RegExp(patterns.map(({ source }) => source).join("|"));

const propertiesOf = (template: Template, name: string) => template.Resources[name]?.Properties;
const environmentOf = (template: Template, name: string) =>
  at(propertiesOf(template, name), "Environment.Variables");
const reservedOf = (template: Template) =>
  Object.fromEntries(
    ofType(template, "AWS::Lambda::Function").flatMap(({ name, resource }) => {
      const reserved = at(resource.Properties, "ReservedConcurrentExecutions");
      return reserved === undefined ? [] : [[name, reserved]];
    }),
  );

const restored: Variant = {
  name: "JWT, the EU, an existing secret, table and archive, an address, a domain",
  parameters: [
    ...jwt,
    ...domain,
    "importApiRegion=eu",
    `accountsSecret=${secret}`,
    "alarmAddress=ops@example.com",
    "monthlyBudget=200",
    "rate=5",
    "burst=7",
    "logDays=90",
    "table=restored",
    "archive=kept-bodies",
    "scheduled=github",
    "deploymentRole=arn:aws:iam::123456789012:role/persister-ci-ServiceRole-1A2B",
  ],
  without: oneOf(ofTable, ofArchive, ofNames),
  shows(template) {
    const env = {
      AUTHORIZATION: "jwt",
      IMPORT_API_URL: "https://api.eu-central-1.stitchdata.com",
      TABLE_NAME: "restored",
      ARCHIVE_BUCKET: "kept-bodies",
    };
    for (const name of ["IngestLambdaFunction", "RunGithubLambdaFunction"])
      expect(environmentOf(template, name)).toMatchObject(env);
    expect(environmentOf(template, "IngestLambdaFunction")).toHaveProperty("ACCOUNTS_SECRET_ARN", secret);
    for (const name of ["Secret", "Table", "Archive", "ArchivePolicy"])
      expect(template.Resources).not.toHaveProperty(name);
    expect(template.Outputs).toMatchObject({
      TableName: { Value: "restored" },
      ArchiveBucket: { Value: "kept-bodies" },
      AccountsSecretArn: { Value: secret },
    });
    expect(JSON.stringify(template)).not.toMatch(
      /Archive\.Arn|\["Table","Arn"\]|"Ref":"(Table|Archive|Secret)"/,
    );
    expect(JSON.stringify(propertiesOf(template, "RunGithubRole"))).toContain(
      `arn:\${AWS::Partition}:s3:::kept-bodies/raw/github/*`,
    );
    expect(at(propertiesOf(template, "AlarmAddress"), "Endpoint")).toBe("ops@example.com");
    expect(propertiesOf(template, "Budget")).toMatchObject({
      Budget: { BudgetLimit: { Amount: "200", Unit: "USD" } },
      NotificationsWithSubscribers: ["ACTUAL", "FORECASTED"].map(NotificationType => ({
        Notification: { NotificationType },
        Subscribers: [{ SubscriptionType: "EMAIL", Address: "ops@example.com" }],
      })),
    });
    expect(
      at(propertiesOf(template, "HttpApiStage"), "RouteSettings.POST /v1/streamers/{streamer}"),
    ).toMatchObject({ ThrottlingRateLimit: 5, ThrottlingBurstLimit: 7 });
    expect(at(propertiesOf(template, "Domain"), "DomainName")).toBe("persister.example.com");
    expect(at(propertiesOf(template, "IngestLogGroup"), "RetentionInDays")).toBe(90);
    expect(authorizationOf(template)).toEqual(guardedBy("JWT"));
    expect(JSON.stringify(ofType(template, "AWS::IAM::Role"))).not.toMatch(/token#|"tokens"\]/);
  },
};

const reserved: Variant = {
  name: "IAM, all streamers on a schedule in the longest stage that names them, concurrency reserved",
  parameters: ["auth=iam", "concurrency=20", "scheduled=github,chargebee,drift", "archiveDays=365"],
  stage: longestStageOfRuns,
  without: /^no concurrency is reserved/,
  shows(template) {
    expect(authorizationOf(template)).toEqual(guardedBy("AWS_IAM"));
    expect(reservedOf(template)).toEqual({
      IngestLambdaFunction: 20,
      RunGithubLambdaFunction: 2,
      RunChargebeeLambdaFunction: 2,
      RunDriftLambdaFunction: 2,
    });
    const lengths = ofType(template, "AWS::Lambda::Function").map(
      ({ resource }) => String(at(resource.Properties, "FunctionName")).length,
    );
    expect(Math.max(...lengths)).toBe(64);
    expect(at(propertiesOf(template, "Archive"), "LifecycleConfiguration.Rules.0")).toMatchObject({
      ExpirationInDays: 365,
    });
  },
};

/** The first and the fifth run in `npm test`. */
export const variants: readonly Variant[] = [
  restored,
  {
    name: "no parameter, in the longest stage",
    parameters: [],
    stage: longestStage,
    shows(template) {
      expect(reservedOf(template)).toEqual({});
      expect(template.Resources).not.toHaveProperty("Budget");
      expect(Object.keys(template.Resources).filter(isOfRun)).toEqual([]);
      expect(String(at(propertiesOf(template, "OverviewLambdaFunction"), "FunctionName"))).toHaveLength(64);
    },
  },
  {
    name: "only an existing table",
    parameters: ["table=restored"],
    without: oneOf(ofTable, ofNames),
    shows: template => expect(template.Resources).toHaveProperty("Archive"),
  },
  {
    name: "only an existing archive",
    parameters: ["archive=kept.bodies"],
    without: oneOf(ofArchive, ofNames),
    shows: template => expect(template.Resources).toHaveProperty("Table"),
  },
  reserved,
  {
    name: "a first deploy",
    parameters: ["protect=false", "alarmAddress=ops@example.com"],
    without: /^the table is protected/,
    shows(template) {
      expect(at(propertiesOf(template, "Table"), "DeletionProtectionEnabled")).toBe(false);
      expect(at(propertiesOf(template, "Budget"), "Budget.BudgetLimit.Amount")).toBe("50");
    },
  },
  {
    name: "an address, and no budget",
    parameters: ["alarmAddress=ops@example.com", "monthlyBudget=0"],
    shows: template => expect(template.Resources).not.toHaveProperty("Budget"),
  },
  {
    name: "China",
    parameters: ["scheduled=drift", "concurrency=5"],
    region: "cn-north-1",
    without: /^no concurrency is reserved/,
    shows: template => expect(JSON.stringify(template)).not.toContain("arn:aws:"),
  },
];

const authorizationOf = (template: Template) =>
  Object.fromEntries(
    ofType(template, "AWS::ApiGatewayV2::Route").map(({ resource: { Properties: route } }) => [
      at(route, "RouteKey"),
      at(route, "AuthorizationType"),
    ]),
  );
const open = ["GET /v1/health", "GET /v1/openapi.json"];
const one = "/v1/streamers/{streamer}";
const guarded = [
  `POST ${one}`,
  ...["GET", "PUT", "DELETE"].map(method => `${method} ${one}/bookmark`),
  `GET ${one}/bookmark/history`,
  "GET /v1/streamers",
  `GET ${one}`,
  `GET ${one}/settings`,
  `PUT ${one}/settings`,
  `GET ${one}/days`,
  `GET ${one}/deliveries`,
  `GET ${one}/deliveries/{delivery}`,
  "GET /v1/tokens",
  "POST /v1/tokens",
  "DELETE /v1/tokens/{id}",
];
const guardedBy = (type: string) =>
  Object.fromEntries([...guarded.map(route => [route, type]), ...open.map(route => [route, undefined])]);
