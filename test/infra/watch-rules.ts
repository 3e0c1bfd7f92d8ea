import { isDeepStrictEqual } from "node:util";
import { at, each, isOfRun, ofType } from "./template.ts";
import type { Rule } from "./template-rules.ts";

/** The common beginning of the names of a schedule, its function and its queue. */
const ownerOf = (name: string) => name.replace(/(Schedule|Failures|LambdaFunction)$/, "");
const deadLettersOf = (name: string) => ({
  "Fn::GetAtt": [isOfRun(name) ? `${ownerOf(name)}DeadLetters` : "DeadLetters", "Arn"],
});

/** A policy's statement that refuses all requests without TLS. */
const refusesPlain = (statements: unknown) =>
  ((statements ?? []) as unknown[]).some(
    statement =>
      at(statement, "Effect") === "Deny" &&
      at(statement, "Principal") === "*" &&
      isDeepStrictEqual(at(statement, "Condition"), { Bool: { "aws:SecureTransport": "false" } }),
  );

export const watchRules: readonly Rule[] = [
  {
    name: "every five minutes the schedule starts the function that watches",
    check: template =>
      at(template.Resources.WatchSchedule?.Properties, "ScheduleExpression") === "rate(5 minutes)"
        ? []
        : ["WatchSchedule"],
    seeds: [
      ["WatchSchedule", undefined],
      ["WatchSchedule.Properties.ScheduleExpression", "rate(1 day)"],
    ],
  },
  {
    name: "a schedule starts its function with its own role, and keeps failed starts",
    check: each(
      "AWS::Scheduler::Schedule",
      (get, name) =>
        isDeepStrictEqual(get("Target.Arn"), { "Fn::GetAtt": [`${ownerOf(name)}LambdaFunction`, "Arn"] }) &&
        isDeepStrictEqual(get("Target.RoleArn"), { "Fn::GetAtt": [`${name}Role`, "Arn"] }) &&
        isDeepStrictEqual(get("Target.DeadLetterConfig.Arn"), deadLettersOf(name)),
    ),
    seeds: [
      ["WatchSchedule.Properties.Target.RoleArn", { "Fn::GetAtt": ["WatchRole", "Arn"] }],
      ["WatchSchedule.Properties.Target.DeadLetterConfig", undefined],
      [
        "RunGithubSchedule.Properties.Target.DeadLetterConfig",
        { Arn: { "Fn::GetAtt": ["DeadLetters", "Arn"] } },
      ],
      ["RunGithubSchedule.Properties.Target.Arn", { "Fn::GetAtt": ["RunDriftLambdaFunction", "Arn"] }],
    ],
  },
  {
    name: "failed scheduled runs are kept in a queue",
    check: template => {
      const failures = ofType(template, "AWS::Lambda::EventInvokeConfig");
      return ofType(template, "AWS::Scheduler::Schedule").flatMap(({ name }) => {
        const config = failures.find(({ resource }) =>
          isDeepStrictEqual(at(resource.Properties, "FunctionName"), {
            Ref: `${ownerOf(name)}LambdaFunction`,
          }),
        );
        const destination = at(config?.resource.Properties, "DestinationConfig.OnFailure.Destination");
        return isDeepStrictEqual(destination, deadLettersOf(name)) ? [] : [name];
      });
    },
    seeds: [
      ["WatchFailures", undefined],
      ["WatchFailures.Properties.DestinationConfig", undefined],
      ["WatchFailures.Properties.FunctionName", { Ref: "IngestLambdaFunction" }],
      ["RunDriftFailures", undefined],
    ],
  },
  {
    name: "a scheduled streamer has a schedule",
    check: template =>
      ofType(template, "AWS::Lambda::Function")
        .map(({ name }) => name)
        .filter(name => isOfRun(name) && template.Resources[`${ownerOf(name)}Schedule`] === undefined),
    seeds: [["RunGithubSchedule", undefined]],
  },
  {
    name: "every dead-letter queue has its alarm",
    check: template => {
      const looked = ofType(template, "AWS::CloudWatch::Alarm").map(
        ({ resource }) =>
          at(resource.Properties, "MetricName") === "NumberOfMessagesSent" &&
          at(resource.Properties, "Dimensions.0.Value.Fn::GetAtt.0"),
      );
      return ofType(template, "AWS::SQS::Queue")
        .map(({ name }) => name)
        .filter(name => !looked.includes(name));
    },
    seeds: [
      ["WatchFailed", undefined],
      // It would stay above 0 until somebody deletes the message.
      ["WatchFailed.Properties.MetricName", "ApproximateNumberOfMessagesVisible"],
      ["RunDriftFailed", undefined],
    ],
  },
  {
    name: "queues are encrypted, and keep messages as long as SQS can",
    check: each(
      "AWS::SQS::Queue",
      get => get("SqsManagedSseEnabled") === true && get("MessageRetentionPeriod") === 14 * 86_400,
    ),
    seeds: [
      ["DeadLetters.Properties.SqsManagedSseEnabled", false],
      ["DeadLetters.Properties.MessageRetentionPeriod", undefined],
    ],
  },
  {
    name: "queues and topics refuse requests without TLS",
    check: template =>
      [
        ["AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues.0.Ref"] as const,
        ["AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics.0.Ref"] as const,
      ].flatMap(([type, policyType, of]) =>
        ofType(template, type)
          .filter(
            ({ name }) =>
              !ofType(template, policyType).some(
                ({ resource: { Properties: policy } }) =>
                  at(policy, of) === name && refusesPlain(at(policy, "PolicyDocument.Statement")),
              ),
          )
          .map(({ name }) => name),
      ),
    seeds: [
      ["DeadLettersPolicy", undefined],
      ["DeadLettersPolicy.Properties.PolicyDocument.Statement.0.Effect", "Allow"],
      ["AlarmTopicPolicy.Properties.PolicyDocument.Statement.1", undefined],
    ],
  },
];
