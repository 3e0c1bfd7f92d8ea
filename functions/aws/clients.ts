import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";

export interface ClientOptions {
  readonly region: string;
  /** The service's URL, if it is not in AWS. It needs no account. */
  readonly endpoint?: string;
}

/** The timeout of one attempt. A healthy service answers in a hundredth of it. */
const dynamoRequestMillisecondsMax = 800;
/** Longer, as a body may have 4.5 MB. */
const s3RequestMillisecondsMax = 5_000;
const connectionMillisecondsMax = 1_000;
/**
 * Five attempts at a healthy service take less than a second; at one that throttles, the waits between them
 * take several seconds. Callers abort them at their own deadline.
 */
const maxAttempts = 5;
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

const limits = (requestTimeout: number) => ({
  maxAttempts,
  requestHandler: {
    connectionTimeout: connectionMillisecondsMax,
    requestTimeout,
    // Without it, the SDK logs a warning and keeps waiting.
    throwOnRequestTimeout: true,
  },
});

/** Returns an S3 client with timeouts. */
export const s3Client = ({ region, endpoint }: ClientOptions) =>
  new S3Client({
    region,
    ...limits(s3RequestMillisecondsMax),
    ...(endpoint === undefined ? {} : { endpoint, credentials, forcePathStyle: true }),
  });

/** Returns a Secrets Manager client with timeouts. */
export const secretsClient = (region: string) =>
  new SecretsManagerClient({ region, ...limits(dynamoRequestMillisecondsMax) });

/** Returns an SNS client with timeouts. */
export const snsClient = (region: string) =>
  new SNSClient({ region, ...limits(dynamoRequestMillisecondsMax) });

/** Returns an EventBridge Scheduler client with timeouts. */
export const schedulerClient = (region: string) =>
  new SchedulerClient({ region, ...limits(dynamoRequestMillisecondsMax) });

/** Returns a DynamoDB client with timeouts. */
export const dynamoClient = ({ region, endpoint }: ClientOptions) =>
  new DynamoDBClient({
    region,
    ...limits(dynamoRequestMillisecondsMax),
    ...(endpoint === undefined ? {} : { endpoint, credentials }),
  });
