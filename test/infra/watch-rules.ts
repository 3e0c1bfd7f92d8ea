import { isDeepStrictEqual } from "node:util";
import { at, each, type Get, ofType } from "./template.ts";
import type { Rule } from "./template-rules.ts";

const deadLetters = { "Fn::GetAtt": ["DeadLetters", "Arn"] };
const goesToDeadLetters = (path: string) => (get: Get) => isDeepStrictEqual(get(path), deadLetters);

/** A policy's first statement that refuses everyone what comes without TLS. */
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
    check: each(
      "AWS::Scheduler::Schedule",
      get =>
        get("ScheduleExpression") === "rate(5 minutes)" &&
        isDeepStrictEqual(get("Target.Arn"), { "Fn::GetAtt": ["WatchLambdaFunction", "Arn"] }) &&
        isDeepStrictEqual(get("Target.RoleArn"), { "Fn::GetAtt": ["WatchScheduleRole", "Arn"] }),
    ),
    seeds: [
      ["WatchSchedule", undefined],
      ["WatchSchedule.Properties.Target.RoleArn", { "Fn::GetAtt": ["WatchRole", "Arn"] }],
      ["WatchSchedule.Properties.ScheduleExpression", "rate(1 day)"],
    ],
  },
  {
    name: "a run that could not be started is kept",
    check: each("AWS::Scheduler::Schedule", goesToDeadLetters("Target.DeadLetterConfig.Arn")),
    seeds: [["WatchSchedule.Properties.Target.DeadLetterConfig", undefined]],
  },
  {
    name: "a run that failed is kept",
    check: each(
      "AWS::Lambda::EventInvokeConfig",
      get =>
        isDeepStrictEqual(get("FunctionName"), { Ref: "WatchLambdaFunction" }) &&
        goesToDeadLetters("DestinationConfig.OnFailure.Destination")(get),
    ),
    seeds: [
      ["WatchFailures", undefined],
      ["WatchFailures.Properties.DestinationConfig", undefined],
      ["WatchFailures.Properties.FunctionName", { Ref: "IngestLambdaFunction" }],
    ],
  },
  {
    name: "queues are encrypted, and keep what they have for as long as SQS can",
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
    name: "queues and topics refuse what comes without TLS",
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
