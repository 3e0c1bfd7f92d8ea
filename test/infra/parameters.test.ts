import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { casesOf } from "../runs.ts";
import { errorsOf, packaged } from "./packaged.ts";
import { at, ofType, type Template } from "./template.ts";
import { rules } from "./template-rules.ts";

/** What `--param` makes of the template. */
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "persister-parameters-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:stitch-AbCdEf";
const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/1b2c";
const domain = ["customDomain=persister.example.com", `certificateArn=${certificate}`];
const jwt = ["auth=jwt", "jwtIssuer=https://id.example.com/", "jwtAudience=persister,other"];

interface Variant {
  readonly name: string;
  readonly parameters: readonly string[];
  /** How the names of those rules begin that have nothing to hold here. */
  readonly without: RegExp;
  readonly shows: (template: Template) => void;
}

const variants: readonly Variant[] = [
  {
    name: "JWT, the EU, a secret and a table of one's own, an address, a domain",
    parameters: [
      ...jwt,
      ...domain,
      "importApiRegion=eu",
      `accountsSecret=${secret}`,
      "alarmAddress=ops@example.com",
      "archiveDays=365",
      "logDays=90",
      "table=restored",
    ],
    without: /^(the table |roles allow what)/,
    shows(template) {
      const { Variables: env } = at(template.Resources.IngestLambdaFunction?.Properties, "Environment") as {
        Variables: object;
      };
      expect(env).toMatchObject({
        AUTHORIZATION: "jwt",
        IMPORT_API_URL: "https://api.eu-central-1.stitchdata.com",
        ACCOUNTS_SECRET_ARN: secret,
        TABLE_NAME: "restored",
      });
      expect(template.Resources).not.toHaveProperty("Secret");
      expect(template.Resources).not.toHaveProperty("Table");
      expect(at(template.Resources.AlarmAddress?.Properties, "Endpoint")).toBe("ops@example.com");
      expect(at(template.Resources.Domain?.Properties, "DomainName")).toBe("persister.example.com");
      expect(at(template.Resources.IngestLogGroup?.Properties, "RetentionInDays")).toBe(90);
      expect(at(template.Resources.Archive?.Properties, "LifecycleConfiguration.Rules.0")).toMatchObject({
        ExpirationInDays: 365,
      });
      expect(authorizationOf(template)).toEqual(guardedBy("JWT"));
    },
  },
  {
    name: "IAM, and no concurrency reserved",
    parameters: ["auth=iam", "concurrency=none"],
    without: /^ingest has runs of its own/,
    shows(template) {
      expect(authorizationOf(template)).toEqual(guardedBy("AWS_IAM"));
      expect(at(template.Resources.IngestLambdaFunction?.Properties, "ReservedConcurrentExecutions")).toBe(
        undefined,
      );
    },
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
  `GET ${one}/deliveries`,
  `GET ${one}/deliveries/{delivery}`,
];
const guardedBy = (type: string) =>
  Object.fromEntries([...guarded.map(route => [route, type]), ...open.map(route => [route, undefined])]);

describe.each(variants)("$name", ({ name, parameters, without, shows }) => {
  let template: Template;
  beforeAll(async () => {
    template = await packaged(join(dir, String(name.length)), parameters);
  });

  it("is a template that CloudFormation takes", async () => expect(await errorsOf(template)).toEqual([]));
  it("shows it", () => shows(template));
  const held = rules.filter(rule => !without.test(rule.name));
  it.each(held)("holds to: $name", ({ check }) => expect(check(template)).toEqual([]));
});

it("refuses a stage's own parameter that there is none of", async () => {
  const serverless = await readFile(new URL("../../serverless.yml", import.meta.url), "utf8");
  const misspelt = serverless.replace("params:\n", "params:\n  dev:\n    alarmAdress: ops@example.com\n");
  const error = await packaged(join(dir, "misspelt"), [], misspelt).catch((thrown: unknown) => thrown);
  const { stdout, stderr } = error as { stdout: string; stderr: string };
  expect(stdout + stderr).toContain("there is no parameter alarmAdress");
});

describe("refuses", () => {
  const refused = [
    ["alarmAdress=ops@example.com", "there is no parameter alarmAdress"],
    ["importApiRegion=mars", 'importApiRegion is us or eu, and not "mars"'],
    ["logDays=31", "logDays is one of 1, 3, 5"],
    ["auth=jwt", "jwtIssuer and jwtAudience are given together"],
    ["customDomain=persister.example.com", "customDomain and certificateArn are given together"],
    ["archiveDays=30", "archiveDays is more than 90"],
    ["accountsSecret=stitch", "accountsSecret is the whole ARN of a secret"],
  ] as const;
  it.concurrent.each(casesOf(refused, 4))("%s", async (parameter, sentence) => {
    const error = await packaged(join(dir, parameter.split("=")[0]!), [parameter]).catch(
      (thrown: unknown) => thrown,
    );
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    expect(stdout + stderr).toContain(sentence);
  });
});
