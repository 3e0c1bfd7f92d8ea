import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

export interface ClientOptions {
  readonly region: string;
  /** Where the service is, if not in AWS: no account is needed there. */
  readonly endpoint?: string;
}

/** One attempt's time: services that are well answer in a hundredth of it. */
const dynamoRequestMillisecondsMax = 800;
/** A body of 4.5 MB takes its time. */
const s3RequestMillisecondsMax = 5_000;
const connectionMillisecondsMax = 1_000;
/** Within a second; callers try on, and say when to give up. */
const maxAttempts = 5;
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

const limits = (requestTimeout: number) => ({
  maxAttempts,
  requestHandler: {
    connectionTimeout: connectionMillisecondsMax,
    requestTimeout,
    // Without it the SDK warns, and waits on.
    throwOnRequestTimeout: true,
  },
});

/** An S3 client that does not wait for ever on a silent service. */
export const s3Client = ({ region, endpoint }: ClientOptions) =>
  new S3Client({
    region,
    ...limits(s3RequestMillisecondsMax),
    ...(endpoint === undefined ? {} : { endpoint, credentials, forcePathStyle: true }),
  });

/** A Secrets Manager client that does not wait for ever on a silent service. */
export const secretsClient = (region: string) =>
  new SecretsManagerClient({ region, ...limits(dynamoRequestMillisecondsMax) });

/** A client of EventBridge Scheduler that does not wait for ever on a silent service. */
export const schedulerClient = (region: string) =>
  new SchedulerClient({ region, ...limits(dynamoRequestMillisecondsMax) });

/** A DynamoDB client that does not wait for ever on a silent service. */
export const dynamoClient = ({ region, endpoint }: ClientOptions) =>
  new DynamoDBClient({
    region,
    ...limits(dynamoRequestMillisecondsMax),
    ...(endpoint === undefined ? {} : { endpoint, credentials }),
  });
