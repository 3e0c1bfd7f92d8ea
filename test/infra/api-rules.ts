import { isDeepStrictEqual } from "node:util";
import { routeEntries } from "../../functions/http/routes.ts";
import { all, at, each, ofType, type Template } from "./template.ts";
import type { Rule } from "./template-rules.ts";

/** The fields allowed in an access log: none in which a caller may put a token, or a quote. */
const logged = [
  "requestId",
  "requestTime",
  "identity.sourceIp",
  "httpMethod",
  "routeKey",
  "status",
  "responseLength",
  "responseLatency",
  "integrationLatency",
  "integrationErrorMessage",
  "authorizer.error",
];

const delivery = "POST /v1/streamers/{streamer}";

/** The routes that need no token. */
const open: readonly string[] = routeEntries
  .filter(([, { scope }]) => scope === undefined)
  .map(([route]) => route);
/** The gateway's authorization of a route, by the functions' AUTHORIZATION. */
const guards: Readonly<Record<string, string | undefined>> = {
  token: undefined,
  jwt: "JWT",
  iam: "AWS_IAM",
};

function misguarded(template: Template): string[] {
  const faults = (authorization: unknown) =>
    all("AWS::ApiGatewayV2::Route", get => {
      const guard = open.includes(String(get("RouteKey"))) ? undefined : guards[String(authorization)];
      return get("AuthorizationType") === guard && (guard === "JWT") === (get("AuthorizerId") !== undefined);
    })(template);
  return ofType(template, "AWS::Lambda::Function").flatMap(({ resource }) =>
    faults(at(resource.Properties, "Environment.Variables.AUTHORIZATION")),
  );
}

export const apiRules: readonly Rule[] = [
  {
    name: "the HTTP API is throttled",
    check: each("AWS::ApiGatewayV2::Stage", get =>
      ["ThrottlingRateLimit", "ThrottlingBurstLimit"].every(
        limit => Number(get(`DefaultRouteSettings.${limit}`)) > 0,
      ),
    ),
    seeds: [["HttpApiStage.Properties.DefaultRouteSettings", undefined]],
  },
  {
    name: "each route is throttled on its own, at the stage's rate and burst",
    check: template => {
      const stage = template.Resources.HttpApiStage?.Properties;
      const settings = at(stage, "RouteSettings") as Record<string, unknown> | undefined;
      const keys = ofType(template, "AWS::ApiGatewayV2::Route").map(({ resource }) =>
        String(at(resource.Properties, "RouteKey")),
      );
      const wrong = keys.filter(
        key => !isDeepStrictEqual(settings?.[key], at(stage, "DefaultRouteSettings")),
      );
      return [...wrong, ...Object.keys(settings ?? {}).filter(key => !keys.includes(key))];
    },
    seeds: [
      ["HttpApiStage.Properties.RouteSettings", undefined],
      [`HttpApiStage.Properties.RouteSettings.${delivery}`, undefined],
      [`HttpApiStage.Properties.RouteSettings.${delivery}`, { ThrottlingRateLimit: 50 }],
      ["HttpApiStage.Properties.RouteSettings.GET /v1/other", { ThrottlingRateLimit: 50 }],
    ],
  },
  {
    name: "the stage is created after each route that it names",
    check: template => {
      const { HttpApiStage: stage } = template.Resources;
      const named = Object.keys((at(stage?.Properties, "RouteSettings") as object | undefined) ?? {});
      const waitedFor = [stage?.DependsOn ?? []].flat();
      return ofType(template, "AWS::ApiGatewayV2::Route").flatMap(({ name, resource }) =>
        named.includes(String(at(resource.Properties, "RouteKey"))) && !waitedFor.includes(name)
          ? [name]
          : [],
      );
    },
    seeds: [
      ["HttpApiStage.DependsOn", undefined],
      ["HttpApiStage.DependsOn", "HttpApiLogGroup"],
      ["HttpApiStage.DependsOn.1", "HttpApiLogGroup"],
    ],
  },
  {
    name: "the HTTP API has an access log",
    check: each("AWS::ApiGatewayV2::Stage", get => get("AccessLogSettings.DestinationArn") !== undefined),
    seeds: [["HttpApiStage.Properties.AccessLogSettings", undefined]],
  },
  {
    name: "the access log has the prefix to which services may write without a policy per log",
    check: template => {
      const groups = ofType(template, "AWS::ApiGatewayV2::Stage").map(({ resource }) =>
        String(at(resource.Properties, "AccessLogSettings.DestinationArn.Fn::GetAtt.0")),
      );
      return groups.filter(
        name =>
          !String(at(template.Resources[name]?.Properties, "LogGroupName")).startsWith("/aws/vendedlogs/"),
      );
    },
    seeds: [["HttpApiLogGroup.Properties.LogGroupName", "/aws/http-api/persister-dev"]],
  },
  {
    name: "the access log is JSON, and contains no header, query string or claim",
    check: each("AWS::ApiGatewayV2::Stage", get => {
      const values = Object.values(JSON.parse(String(get("AccessLogSettings.Format") ?? "{}")));
      return values.length > 0 && values.every(value => logged.some(name => value === `$context.${name}`));
    }),
    seeds: [
      ["HttpApiStage.Properties.AccessLogSettings.Format", '{"a":"$context.requestOverride.header.x"}'],
      ["HttpApiStage.Properties.AccessLogSettings.Format", '{"a":"$context.authorizer.claims.scope"}'],
      ["HttpApiStage.Properties.AccessLogSettings.Format", '{"a":"$request.querystring.token"}'],
      ["HttpApiStage.Properties.AccessLogSettings.Format", "{}"],
    ],
  },
  {
    name: "the HTTP API sends events in payload format 2.0",
    check: each("AWS::ApiGatewayV2::Integration", get => get("PayloadFormatVersion") === "2.0"),
    seeds: [["HttpApiIntegrationIngest.Properties.PayloadFormatVersion", "1.0"]],
  },
  {
    name: "routes are guarded as the functions expect, except for those that need no token",
    check: misguarded,
    seeds: [
      ["IngestLambdaFunction.Properties.Environment.Variables.AUTHORIZATION", "jwt"],
      ["BookmarkLambdaFunction.Properties.Environment.Variables.AUTHORIZATION", "iam"],
      ["HttpApiRouteGetV1Health.Properties.AuthorizationType", "AWS_IAM"],
    ],
  },
  {
    name: "with a custom domain, no other name leads to the API",
    check: template =>
      all(
        "AWS::ApiGatewayV2::Api",
        get =>
          (get("DisableExecuteApiEndpoint") === true) ===
          ofType(template, "AWS::ApiGatewayV2::DomainName").length > 0,
      )(template),
    seeds: [
      ["HttpApi.Properties.DisableExecuteApiEndpoint", true],
      ["Extra", { Type: "AWS::ApiGatewayV2::DomainName", Properties: {} }],
    ],
  },
  {
    name: "a custom domain requires at least TLS 1.2",
    check: all(
      "AWS::ApiGatewayV2::DomainName",
      get => get("DomainNameConfigurations.0.SecurityPolicy") === "TLS_1_2",
    ),
    seeds: [["Extra", { Type: "AWS::ApiGatewayV2::DomainName", Properties: { DomainName: "a.example" } }]],
  },
];
