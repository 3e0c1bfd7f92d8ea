import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { all, at, each, isOfRun, ofType, type Template } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const alarm = "AWS::CloudWatch::Alarm";
const composite = "AWS::CloudWatch::CompositeAlarm";

/** The alarms that a composite one consists of. One that follows NOT is not among them. */
const partsOf = (properties: unknown) =>
  [...String(at(properties, "AlarmRule.Fn::Sub")).matchAll(/(?<!NOT )ALARM\("\$\{(\w+)\}"\)/g)].map(
    ([, name]) => name!,
  );
const functions = new URL("../../functions/", import.meta.url);

/** The metrics that the code emits. */
const emitted: readonly string[] = readdirSync(functions, { recursive: true })
  .map(String)
  .filter(path => path.endsWith(".ts"))
  .flatMap(path => [...readFileSync(new URL(path, functions), "utf8").matchAll(/addMetric\(\s*"(\w+)"/g)])
  .map(([, name]) => `Persister ${name}`);

/** The metrics of AWS's services that are used, from each service's page of metrics. */
const given = [
  ...["Errors", "Throttles", "Duration", "ConcurrentExecutions"].map(name => `AWS/Lambda ${name}`),
  ...["Count", "4xx", "5xx"].map(name => `AWS/ApiGateway ${name}`),
  ...["ConsumedWriteCapacityUnits", "ConsumedReadCapacityUnits", "WriteThrottleEvents"].map(
    name => `AWS/DynamoDB ${name}`,
  ),
  "AWS/SQS NumberOfMessagesSent",
];

const filtered = (template: Template) =>
  ofType(template, "AWS::Logs::MetricFilter").map(
    ({ resource: { Properties: filter } }) =>
      `${at(filter, "MetricTransformations.0.MetricNamespace")} ` +
      `${at(filter, "MetricTransformations.0.MetricName")}`,
  );

/** The dashboard as CloudWatch gets it, with a word in place of each CloudFormation reference. */
function dashboardOf(template: Template): { widgets: { type: string; properties: unknown }[] } {
  const body = at(template.Resources.Dashboard?.Properties, "DashboardBody.Fn::Sub");
  return JSON.parse(String(body).replaceAll(/\$\{(\w+)[^}]*\}/g, "$1"));
}

/** A fault if the dashboard is not valid. */
const inDashboard =
  (faults: (widgets: readonly { type: string; properties: unknown }[], template: Template) => string[]) =>
  (template: Template): string[] => {
    try {
      return faults(dashboardOf(template).widgets, template);
    } catch (error) {
      return [String(error)];
    }
  };

const shown = inDashboard(widgets =>
  widgets.flatMap(({ properties }) =>
    ((at(properties, "metrics") ?? []) as unknown[][]).map(([metric, name]) => {
      const search = String(at(metric, "expression"));
      const found = /\{(\w+),.*MetricName="(\w+)"/.exec(search);
      return found ? `${found[1]} ${found[2]}` : `${metric} ${name}`;
    }),
  ),
);

/** The metrics that alarms use, each as `<namespace> <metric>`. */
const watched = (template: Template) =>
  ofType(template, alarm).flatMap(({ resource: { Properties: properties } }) =>
    [properties, ...((at(properties, "Metrics") ?? []) as unknown[])]
      .map(each => at(each, "MetricStat.Metric") ?? each)
      .filter(metric => at(metric, "MetricName") !== undefined)
      .map(metric => `${at(metric, "Namespace")} ${at(metric, "MetricName")}`),
  );

/** Each kind of trouble, and the metric that shows it. */
const troubles = [
  "Persister StaleStreamers",
  "Persister KnownStreamerRefused",
  "Persister Rejected",
  "Persister Failed",
  "AWS/Lambda Errors",
  "AWS/Lambda Throttles",
  "AWS/Lambda Duration",
  "AWS/ApiGateway 4xx",
  "AWS/ApiGateway 5xx",
  "AWS/SQS NumberOfMessagesSent",
];

/** Alarms that need more than one occurrence. */
const thresholds: Readonly<Record<string, number>> = {
  Flood: 1_000,
  IngestNearDeadline: 23_200,
  ApiFailing: 3,
};

const functionsOf = (properties: unknown) =>
  ((at(properties, "Metrics") ?? []) as unknown[])
    .map(metric => at(metric, "MetricStat.Metric.Dimensions.0.Value.Ref"))
    .filter(name => name !== undefined);

export const alarmRules: readonly Rule[] = [
  {
    name: "every alarm notifies the topic when it starts and when it ends, or is part of one that does",
    check: template => {
      const parts = ofType(template, composite).flatMap(({ resource }) => partsOf(resource.Properties));
      const notifies = (get: (path: string) => unknown, ...actions: string[]) =>
        actions.every(each => isDeepStrictEqual(get(each), [{ Ref: "AlarmTopic" }]));
      return [
        ...each(alarm, (get, name) =>
          parts.includes(name)
            ? get("AlarmActions") === undefined && get("OKActions") === undefined
            : notifies(get, "AlarmActions", "OKActions"),
        )(template),
        ...each(composite, get => notifies(get, "AlarmActions", "OKActions"))(template),
      ];
    },
    seeds: [
      ["KnownStreamerRefused.Properties.AlarmActions", undefined],
      ["KnownStreamerRefused.Properties.OKActions", []],
      ["WatchSilent.Properties.OKActions", undefined],
      ["Trouble.Properties.AlarmActions", undefined],
      ["Overload.Properties.AlarmRule.Fn::Sub", `ALARM("\${Flood}")`],
      // It would page twice for one failure.
      ["ApiFailing.Properties.AlarmActions", [{ Ref: "AlarmTopic" }]],
    ].map(([path, value]) => [path, value] as [string, unknown]),
  },
  {
    name: "every alarm has a unique name and a description",
    check: template => {
      const names = ofType(template, alarm).map(({ resource }) => at(resource.Properties, "AlarmName"));
      return each(
        alarm,
        get =>
          typeof get("AlarmName") === "string" &&
          names.filter(name => name === get("AlarmName")).length === 1 &&
          String(get("AlarmDescription") ?? "").length > 20,
      )(template);
    },
    seeds: [
      ["ApiFailing.Properties.AlarmName", undefined],
      ["ApiFailing.Properties.AlarmName", "persister-dev-bodies-rejected"],
      ["ApiFailing.Properties.AlarmDescription", undefined],
    ],
  },
  {
    name: "missing data is trouble where `watch` has to emit, except in a stack's first half hour",
    check: each(alarm, (get, name) => {
      if (name !== "WatchSilent") return get("TreatMissingData") === "notBreaching";
      const minutes = (Number(get("Metrics.1.MetricStat.Period")) * Number(get("EvaluationPeriods"))) / 60;
      const warmUp = { WarmUpPeriodDurationInMinutes: 30, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true };
      return (
        get("TreatMissingData") === "breaching" &&
        get("Metrics.0.Expression") === "FILL(reports, 0)" &&
        minutes === 15 &&
        isDeepStrictEqual(get("WarmUpConfiguration"), warmUp)
      );
    }),
    seeds: [
      ["WatchSilent.Properties.TreatMissingData", "missing"],
      ["WatchSilent.Properties.EvaluationPeriods", 1],
      ["WatchSilent.Properties.WarmUpConfiguration", undefined],
      ["ApiFailing.Properties.TreatMissingData", undefined],
    ],
  },
  {
    name: "every alarm rings at once, when the metric rises",
    check: template =>
      ofType(template, alarm).flatMap(({ name, resource: { Properties: properties } }) => {
        const isRight =
          (name === "WatchSilent" ||
            String(at(properties, "ComparisonOperator")).startsWith("GreaterThan")) &&
          Number(at(properties, "Threshold")) <= (thresholds[name] ?? 1);
        return isRight ? [] : [name];
      }),
    seeds: [
      ["Flood.Properties.ComparisonOperator", "LessThanThreshold"],
      ["DeliveriesFailing.Properties.Threshold", 1e9],
    ],
  },
  {
    name: "requests that the gateway refused are counted by status",
    check: each("AWS::Logs::MetricFilter", get => get("FilterPattern") === '{ $.status = "429" }'),
    seeds: [["RefusedAsTooMany.Properties.FilterPattern", "{ $.status = 429 }"]],
  },
  {
    name: "every kind of trouble has its alarm",
    check: template => troubles.filter(trouble => !watched(template).includes(trouble)),
    seeds: [
      ["WatchSilent", undefined],
      ["FunctionsThrottled", undefined],
    ],
  },
  {
    name: "alarms use only metrics that the code or AWS emits",
    check: template => {
      const known = [...emitted, ...given, ...filtered(template)];
      return watched(template).filter(metric => !known.includes(metric));
    },
    seeds: [
      ["BodiesRejected.Properties.MetricName", "Unknown"],
      ["FunctionsFailing.Properties.Metrics.1.MetricStat.Metric.MetricName", "Error"],
      ["RefusedAsTooMany", undefined],
    ],
  },
  {
    name: "alarms and the dashboard show only this stack",
    check: template => {
      const service = at(
        template.Resources.IngestLambdaFunction?.Properties,
        "Environment.Variables.SERVICE",
      );
      return all(
        alarm,
        get =>
          (get("Namespace") !== "Persister" ||
            isDeepStrictEqual(get("Dimensions"), [{ Name: "service", Value: service }])) &&
          (get("Metrics.1.MetricStat.Metric.Namespace") !== "Persister" ||
            isDeepStrictEqual(get("Metrics.1.MetricStat.Metric.Dimensions.0.Value"), service)),
      )(template);
    },
    seeds: [
      ["DeliveriesFailing.Properties.Dimensions.0.Value", "persister-other"],
      ["WatchSilent.Properties.Metrics.1.MetricStat.Metric.Dimensions.0.Value", "persister-other"],
    ],
  },
  {
    // A failure of a scheduled run or of `watch` is in a queue with an alarm of its own. A run that starts
    // during another one is throttled.
    name: "errors and throttles are summed over all functions that have no alarm of their own",
    check: template => {
      const all = ofType(template, "AWS::Lambda::Function")
        .map(({ name }) => name)
        .filter(name => !isOfRun(name));
      const failing = all.filter(name => name !== "WatchLambdaFunction");
      return Object.entries({ FunctionsFailing: failing, FunctionsThrottled: all })
        .filter(([name, expected]) => {
          const summed = functionsOf(template.Resources[name]?.Properties);
          return !isDeepStrictEqual(summed.sort(), expected.sort());
        })
        .map(([name]) => name);
    },
    seeds: [["Extra", { Type: "AWS::Lambda::Function", Properties: {} }]],
  },
  {
    name: "ingest is near its deadline at four fifths of its time",
    check: template => {
      const seconds = Number(at(template.Resources.IngestLambdaFunction?.Properties, "Timeout"));
      const threshold = at(template.Resources.IngestNearDeadline?.Properties, "Threshold");
      return threshold === 800 * seconds ? [] : ["IngestNearDeadline"];
    },
    seeds: [
      ["IngestLambdaFunction.Properties.Timeout", 20],
      ["IngestNearDeadline.Properties.Threshold", 29_000],
    ],
  },
  {
    name: "the topic is encrypted with a rotating key that CloudWatch of this account may use",
    check: template => {
      const key = template.Resources.AlarmKey?.Properties;
      const forAlarms = ((at(key, "KeyPolicy.Statement") ?? []) as unknown[]).some(
        statement =>
          at(statement, "Principal.Service") === "cloudwatch.amazonaws.com" &&
          isDeepStrictEqual(at(statement, "Action"), ["kms:Decrypt", "kms:GenerateDataKey"]) &&
          isDeepStrictEqual(at(statement, "Condition.StringEquals"), {
            "aws:SourceAccount": { Ref: "AWS::AccountId" },
          }),
      );
      if (!forAlarms || at(key, "EnableKeyRotation") !== true) return ["AlarmKey"];
      return each("AWS::SNS::Topic", get => isDeepStrictEqual(get("KmsMasterKeyId"), { Ref: "AlarmKey" }))(
        template,
      );
    },
    seeds: [
      ["AlarmTopic.Properties.KmsMasterKeyId", undefined],
      // CloudWatch may not use this one.
      ["AlarmTopic.Properties.KmsMasterKeyId", "alias/aws/sns"],
      ["AlarmKey.Properties.KeyPolicy.Statement.1", undefined],
      ["AlarmKey.Properties.EnableKeyRotation", false],
    ],
  },
  {
    name: "the dashboard is JSON, and shows only metrics that the code or AWS emits",
    check: template => {
      const known = [...emitted, ...given, ...filtered(template)];
      return shown(template).filter(metric => !known.includes(metric));
    },
    seeds: [
      ["Dashboard.Properties.DashboardBody.Fn::Sub", '{ "widgets": [ }'],
      [
        "Dashboard.Properties.DashboardBody.Fn::Sub",
        '{"widgets":[{"type":"metric","properties":{"metrics":[["Persister","Unknown","service","a"]]}}]}',
      ],
    ],
  },
  {
    name: "the dashboard shows every metric of the code, and every alarm",
    check: inDashboard((widgets, template) => {
      const alarms = widgets.flatMap(({ properties }) => (at(properties, "alarms") ?? []) as string[]);
      const metrics = [...shown(template), ...watched(template)];
      return [
        ...ofType(template, alarm)
          .map(({ name }) => name)
          .filter(name => !alarms.includes(name)),
        ...emitted.filter(metric => !metrics.includes(metric)),
      ];
    }),
    seeds: [
      ["Extra", { Type: alarm, Properties: {} }],
      ["Dashboard.Properties.DashboardBody.Fn::Sub", '{"widgets":[]}'],
    ],
  },
];
