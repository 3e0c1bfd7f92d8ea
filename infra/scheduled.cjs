/**
 * The resources of a stage's scheduled streamers: those of serverless.yml's list that `--param scheduled=a,b` names. Each has a
 * function, a secret for its credentials, a schedule, a dead-letter queue, and an alarm for that queue.
 */

const { createHash } = require("node:crypto");
const { pattern } = require("../functions/program/credential-entry.json");
const { allow, arnOf, logTo, partitions, roleFor } = require("./statements.cjs");

/** The grammar of functions/program/credentials.ts. */
const credentialEntry = new RegExp(pattern);
const minutes = 60;
const days = 24 * 60 * minutes;
/** Lambda's maximum. */
const timeout = 15 * minutes;
/** The limit for functions and for schedules: AWS's API_CreateFunction and API_CreateSchedule. */
const nameLengthMax = 64;

const sub = text => ({ "Fn::Sub": text });
const ofThisAccount = { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } };

/** Converts `salesforce-eu` to SalesforceEu, for names of resources. */
const pascalOf = streamer =>
  streamer
    .split("-")
    .map(part => part[0].toUpperCase() + part.slice(1))
    .join("");

/** Returns a checked entry of serverless.yml's list, with its names here. Throws for an invalid entry. */
function entryOf(streamer, given, stack) {
  const faults = [];
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(streamer) || streamer.length > 24)
    faults.push("its name must be at most 24 lower-case letters, digits and dashes");
  if (!/^(rate|cron)\(.+\)$/.test(given.every ?? "")) faults.push("`every` must be rate(…) or cron(…)");
  if (typeof given.command !== "string") faults.push("`command` must be the program and its arguments");
  if (!Array.isArray(given.credentials) || !given.credentials.every(entry => credentialEntry.test(entry)))
    faults.push("`credentials` must name what its secret holds; `A|B+C` means A, or both B and C");
  const { renewed = [], sharedAccount = false } = given;
  if (!Array.isArray(renewed) || !renewed.every(name => /^\w+$/.test(name)))
    faults.push("`renewed` must name the credentials that their use renews");
  if (typeof sharedAccount !== "boolean") faults.push("`sharedAccount` must be true or false");
  if ([given.credentials, renewed].flat().some(name => /\bPERSISTER_ACCOUNT\b/.test(name)))
    faults.push("PERSISTER_ACCOUNT is the Import API's account, and the streamer does not get it");
  if (given.image && given.layers) faults.push("it can have an `image` or `layers`, not both");
  if (faults.length > 0) throw wrong(`custom.streamers.${streamer}: ${faults.join("; ")}`);
  const name = `Run${pascalOf(streamer)}`;
  const key = `run${pascalOf(streamer)}`;
  // Its one-time schedule has the same name, so a stage whose name is valid for one is valid for both.
  const functionName = `${stack}-${key}`;
  if (functionName.length > nameLengthMax)
    throw wrong(
      `the function's name ${functionName} has more than ${nameLengthMax} characters: choose a shorter name for the stage`,
    );
  return { ...given, renewed, sharedAccount, streamer, name, key, functionName };
}

// The tool prints an error's stack if it has one.
const wrong = message => Object.assign(new Error(), { stack: message });

const functionOf = (
  { streamer, name, command, credentials, renewed, sharedAccount, image, layers },
  parameters,
) => ({
  description: `Runs the streamer ${streamer}.`,
  role: `${name}Role`,
  timeout,
  memorySize: 1769,
  // One chain of runs, and a start that finds it live and ends at once: a throttled one would wait, and
  // become a dead letter. The lease keeps two runs from interleaving.
  ...(parameters.concurrency !== null && { reservedConcurrency: 2 }),
  environment: {
    ...(sharedAccount && { ACCOUNTS_SECRET_ARN: parameters.accountsSecretArn }),
    STREAMER: streamer,
    COMMAND: command,
    CREDENTIALS: credentials.join(" "),
    ...(renewed.length > 0 && { RENEWED: renewed.join(" ") }),
    CREDENTIALS_SECRET_ARN: { Ref: `${name}Credentials` },
    START_ROLE_ARN: arnOf(`${name}ScheduleRole`),
    DEAD_LETTERS_ARN: arnOf(`${name}DeadLetters`),
  },
  ...(image
    ? { image: { uri: image } }
    : {
        handler: "dist/schedule.handler",
        ...(layers && { layers }),
        package: {
          patterns: [
            "dist/schedule.mjs",
            "dist/schedule.mjs.map",
            "dist/chunks/schedule-*",
            "dist/pg.mjs",
            ...command.split(" ").filter(word => word.startsWith("dist/")),
          ],
        },
      }),
});

/** As functions/aws/entries.ts has it; a test compares the two. */
const entryPartitionOf = streamer => `streamers#${createHash("sha256").update(streamer).digest("hex")[0]}`;

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation fills them in. */

/**
 * A streamer's program can read the credentials of the role that its function runs with. So the role opens
 * what is the streamer's own: its partition and its prefixes in the archive. It also may update the partition
 * of its entry in the list of streamers, and thereby falsify a sixteenth of the list, but nothing else of any
 * other streamer.
 */
function runStatements({ streamer, name, functionName, renewed, sharedAccount }, parameters) {
  const below = (...prefixes) =>
    prefixes.map(prefix => sub(`${parameters.archiveArnSub}/${prefix}/${streamer}/*`));
  const exactly = (...keys) => partitions(keys, { operator: "ForAllValues:StringEquals" });
  const own = `streamer#${streamer}`;
  const credentials = { Ref: `${name}Credentials` };
  return [
    allow("s3:PutObject", below("raw", "bookmarks", "receipts")),
    allow("s3:GetObject", below("bookmarks", "receipts")),
    allow(["dynamodb:GetItem", "dynamodb:Query"], parameters.tableArn, exactly(own)),
    allow("dynamodb:PutItem", parameters.tableArn, exactly(own)),
    allow("dynamodb:UpdateItem", parameters.tableArn, exactly(entryPartitionOf(streamer), own)),
    allow("secretsmanager:GetSecretValue", [
      credentials,
      ...(sharedAccount ? [parameters.accountsSecretArn] : []),
    ]),
    ...(renewed.length > 0 ? [allow("secretsmanager:PutSecretValue", credentials)] : []),
    allow("sqs:SendMessage", arnOf(`${name}DeadLetters`)),
    allow(
      "scheduler:CreateSchedule",
      sub(
        `arn:\${AWS::Partition}:scheduler:\${AWS::Region}:\${AWS::AccountId}:schedule/default/${functionName}`,
      ),
    ),
    allow("iam:PassRole", arnOf(`${name}ScheduleRole`), {
      StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" },
    }),
    logTo(`${name}LogGroup`),
  ];
}

const resourcesOf = (entry, parameters, stack) => {
  const { streamer, name, functionName, every } = entry;
  return {
    [`${name}Credentials`]: {
      Type: "AWS::SecretsManager::Secret",
      DeletionPolicy: "RetainExceptOnCreate",
      UpdateReplacePolicy: "Retain",
      Properties: { Description: `The credentials of the streamer ${streamer}, and its Import API account.` },
    },
    [`${name}Role`]: roleFor("lambda.amazonaws.com", "run", runStatements(entry, parameters)),
    [`${name}Schedule`]: {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        ScheduleExpression: every,
        // Spreads the starts over the hour.
        FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 5 },
        Target: {
          Arn: arnOf(`${name}LambdaFunction`),
          RoleArn: arnOf(`${name}ScheduleRole`),
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 },
          DeadLetterConfig: { Arn: arnOf(`${name}DeadLetters`) },
        },
      },
    },
    [`${name}ScheduleRole`]: roleFor(
      "scheduler.amazonaws.com",
      "start",
      [
        // Not the function's attribute, which depends on this role.
        allow(
          "lambda:InvokeFunction",
          sub(`arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${functionName}`),
        ),
        allow("sqs:SendMessage", arnOf(`${name}DeadLetters`)),
      ],
      ofThisAccount,
    ),
    [`${name}Failures`]: {
      Type: "AWS::Lambda::EventInvokeConfig",
      Properties: {
        FunctionName: { Ref: `${name}LambdaFunction` },
        Qualifier: "$LATEST",
        MaximumEventAgeInSeconds: 6 * 60 * minutes,
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: arnOf(`${name}DeadLetters`) } },
      },
    },
    [`${name}DeadLetters`]: {
      Type: "AWS::SQS::Queue",
      Properties: { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * days },
    },
    [`${name}DeadLettersPolicy`]: {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [{ Ref: `${name}DeadLetters` }],
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "TlsOnly",
              Effect: "Deny",
              Principal: "*",
              Action: "sqs:*",
              Resource: arnOf(`${name}DeadLetters`),
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    },
    [`${name}Failed`]: {
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        AlarmName: `${stack}-run-${streamer}-failed`,
        AlarmDescription: `A run of the streamer ${streamer} could not be started, or failed twice.`,
        Namespace: "AWS/SQS",
        MetricName: "NumberOfMessagesSent",
        Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": [`${name}DeadLetters`, "QueueName"] } }],
        Statistic: "Sum",
        Period: 300,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        TreatMissingData: "notBreaching",
        AlarmActions: [{ Ref: "AlarmTopic" }],
        OKActions: [{ Ref: "AlarmTopic" }],
      },
    },
  };
};

module.exports = async ({ resolveConfigurationProperty, resolveVariable }) => {
  const [list, parameters, service, stage] = await Promise.all([
    resolveConfigurationProperty(["custom", "streamers"]),
    resolveConfigurationProperty(["custom", "parameters"]),
    resolveConfigurationProperty(["service"]),
    resolveVariable("sls:stage"),
  ]);
  const stack = `${service}-${stage}`;
  const missing = parameters.scheduled.filter(streamer => !Object.hasOwn(list, streamer));
  if (missing.length > 0)
    throw wrong(`wrong parameters: scheduled names ${missing}; custom.streamers has ${Object.keys(list)}`);
  const entries = parameters.scheduled.map(streamer => entryOf(streamer, list[streamer], stack));
  return {
    functions: Object.fromEntries(entries.map(entry => [entry.key, functionOf(entry, parameters)])),
    resources: {
      Resources: Object.assign({}, ...entries.map(entry => resourcesOf(entry, parameters, stack))),
    },
    // Appended to a list of JSON texts.
    alarms: entries.map(({ name }) => `,\n"\${${name}Failed.Arn}"`).join(""),
  };
};
/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation fills them in. */
