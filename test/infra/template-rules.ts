import { dataRules } from "./data-rules.ts";
import { functionRules } from "./function-rules.ts";
import { roleRules } from "./role-rules.ts";
import { each, type Seed, type Template } from "./template.ts";

export interface Rule {
  readonly name: string;
  /** The faults found, a line each. */
  check(template: Template): string[];
  /** What breaks the rule, each alone: a rule that does not notice proves nothing. */
  readonly seeds: readonly Seed[];
}

const apiRules: readonly Rule[] = [
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
    name: "the HTTP API logs who asked",
    check: each("AWS::ApiGatewayV2::Stage", get => get("AccessLogSettings.DestinationArn") !== undefined),
    seeds: [["HttpApiStage.Properties.AccessLogSettings", undefined]],
  },
  {
    name: "the HTTP API hands events over in payload format 2.0",
    check: each("AWS::ApiGatewayV2::Integration", get => get("PayloadFormatVersion") === "2.0"),
    seeds: [["HttpApiIntegrationIngest.Properties.PayloadFormatVersion", "1.0"]],
  },
];

export const rules: readonly Rule[] = [...roleRules, ...functionRules, ...dataRules, ...apiRules];
