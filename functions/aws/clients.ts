import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { type ClientOptions, limits, localCredentials } from "./client-options.ts";

/** The timeout of one attempt. A healthy service answers in a hundredth of it. */
const requestMillisecondsMax = 800;

/** Returns a Secrets Manager client with timeouts. */
export const secretsClient = (region: string) =>
  new SecretsManagerClient({ region, ...limits(requestMillisecondsMax) });

/** Returns an SNS client with timeouts. */
export const snsClient = (region: string) => new SNSClient({ region, ...limits(requestMillisecondsMax) });

/** Returns an EventBridge Scheduler client with timeouts. */
export const schedulerClient = (region: string) =>
  new SchedulerClient({ region, ...limits(requestMillisecondsMax) });

/** Returns a DynamoDB client with timeouts. */
export const dynamoClient = ({ region, endpoint }: ClientOptions) =>
  new DynamoDBClient({
    region,
    ...limits(requestMillisecondsMax),
    ...(endpoint === undefined ? {} : { endpoint, credentials: localCredentials }),
  });
