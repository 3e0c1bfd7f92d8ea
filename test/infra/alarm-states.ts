import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parse, type Tags } from "yaml";

/**
 * CloudWatch's alarms of infra/alarms.yml and of a scheduled streamer, period by period: those on one metric,
 * on a sum of metrics, and composite ones:
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
type State = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** The data points of a metric in one period. */
export interface Datum {
  readonly sum: number;
  readonly samples: number;
}
export type Metrics = ReadonlyMap<string, Datum>;

interface Properties {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: Properties; readonly Stat: string };
  }[];
  readonly WarmUpConfiguration?: { readonly WarmUpPeriodDurationInMinutes: number };
  readonly Statistic?: string;
  readonly Period?: number;
  readonly EvaluationPeriods?: number;
  readonly Threshold?: number;
  readonly ComparisonOperator?: string;
  readonly TreatMissingData?: string;
  readonly AlarmRule?: string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly InsufficientDataActions?: readonly string[];
}

const customTags: Tags = ["!Ref", "!Sub", "!GetAtt"].map(tag => ({
  tag,
  resolve: (text: string) => text,
}));

const text = readFileSync(new URL("../../infra/alarms.yml", import.meta.url), "utf8");
const { Resources } = parse(text, { customTags, merge: true }) as {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
};
const scheduled = createRequire(import.meta.url)("../../infra/scheduled.cjs") as (
  variables: object,
) => Promise<{
  readonly resources: { readonly Resources: typeof Resources };
}>;
const github = { command: "node github.mjs", every: "rate(1 hour)", credentials: [] };
const configuration: Readonly<Record<string, unknown>> = {
  "custom.streamers": { github },
  "custom.parameters": { scheduled: ["github"], tableArn: "table", archiveArnSub: "archive" },
  service: "persister",
};
const ofRun = await scheduled({
  resolveConfigurationProperty: async (path: readonly string[]) => configuration[path.join(".")],
  resolveVariable: async () => "dev",
});
const alarms = Object.entries({ ...Resources, ...ofRun.resources.Resources }).filter(([, { Type }]) =>
  /Alarm$/.test(Type),
);
/** The queue of a metric of SQS, and the function of one of Lambda, by their names in the template. */
const resourceOf = ({ Dimensions: [first] = [] }: Properties) =>
  first?.Name === "QueueName" || first?.Name === "FunctionName"
    ? ` ${JSON.stringify(first.Value).match(/\w*(DeadLetters|LambdaFunction)/)![0]}`
    : "";
const metricOf = (metric: Properties) => `${metric.Namespace} ${metric.MetricName}${resourceOf(metric)}`;
const periodSeconds = 300;

/** The alarms of a stack that was just created. */
export class AlarmStates {
  readonly #states = new Map<string, State>(alarms.map(([name]) => [name, "INSUFFICIENT_DATA"]));
  readonly #history: Metrics[] = [];

  /** Evaluates every alarm after another period of 5 minutes. Returns who notifies of what. */
  after(metrics: Metrics): string[] {
    this.#history.push(metrics);
    const isMetricAlarm = ([, { Properties }]: (typeof alarms)[number]) => Properties.AlarmRule === undefined;
    return [...alarms.filter(isMetricAlarm), ...alarms.filter(each => !isMetricAlarm(each))].flatMap(
      ([name, { Properties }]) => {
        const [before, now] = [this.#states.get(name)!, this.#evaluate(Properties)];
        this.#states.set(name, now);
        return before !== now && actionsOf(Properties, now).length > 0 ? [`${name} ${now}`] : [];
      },
    );
  }

  #evaluate(properties: Properties): State {
    if (properties.AlarmRule !== undefined) return this.#rule(properties.AlarmRule) ? "ALARM" : "OK";
    const { Period = periodSeconds, EvaluationPeriods = 1, TreatMissingData } = properties;
    const warmUp = (properties.WarmUpConfiguration?.WarmUpPeriodDurationInMinutes ?? 0) * 60;
    if (this.#history.length * periodSeconds <= warmUp) return "INSUFFICIENT_DATA";
    const width = Period / periodSeconds;
    const periods = Array.from({ length: EvaluationPeriods }, (_, n) =>
      this.#datum(properties, this.#history.slice(-width * (n + 1), this.#history.length - width * n)),
    );
    const known = periods.filter(datum => datum !== undefined);
    if (known.length === 0) {
      if (TreatMissingData === "missing") return "INSUFFICIENT_DATA";
      return TreatMissingData === "breaching" ? "ALARM" : "OK";
    }
    const isBreaching = (datum: Datum | undefined) =>
      datum === undefined ? TreatMissingData === "breaching" : breaches(properties, datum);
    return periods.every(isBreaching) ? "ALARM" : "OK";
  }

  #datum(properties: Properties, periods: readonly Metrics[]): Datum | undefined {
    const { MetricName, Metrics = [] } = properties;
    const named = MetricName === undefined ? [] : [metricOf(properties)];
    const summed = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []).map(metricOf);
    const names = new Set([...named, ...summed]);
    const found = periods.flatMap(metrics => [...names].flatMap(name => metrics.get(name) ?? []));
    const isFilled = Metrics.some(({ Expression }) => Expression?.startsWith("FILL(") === true);
    if (found.length === 0) return isFilled ? { sum: 0, samples: 0 } : undefined;
    return {
      sum: found.reduce((total, { sum }) => total + sum, 0),
      samples: found.reduce((total, { samples }) => total + samples, 0),
    };
  }

  /** `ALARM("a") OR (ALARM("b") AND NOT ALARM("c"))`: no AND of several ORs. */
  #rule(rule: string): boolean {
    return rule.split(" OR ").some(term =>
      term.split(" AND ").every(part => {
        const [, not, name] = /(NOT )?ALARM\("\$\{(\w+)\}"\)/.exec(part)!;
        return (this.#states.get(name!) === "ALARM") === (not === undefined);
      }),
    );
  }
}

function breaches(properties: Properties, { sum, samples }: Datum) {
  const { Threshold = 0, ComparisonOperator } = properties;
  const [stat] = (properties.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Stat ?? []);
  const value = (properties.Statistic ?? stat) === "SampleCount" ? samples : sum;
  if (ComparisonOperator === "LessThanThreshold") return value < Threshold;
  return ComparisonOperator === "GreaterThanThreshold" ? value > Threshold : value >= Threshold;
}

const actionsOf = (properties: Properties, state: State) =>
  ({
    OK: properties.OKActions,
    ALARM: properties.AlarmActions,
    INSUFFICIENT_DATA: properties.InsufficientDataActions,
  })[state] ?? [];
