import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";

export interface ClientOptions {
  readonly region: string;
  /** Where the service is, if not in AWS: no account is needed there. */
  readonly endpoint?: string;
  /** One attempt's time, 5,000 unless said. */
  readonly requestMilliseconds?: number;
}

/** A service that is well answers in a hundred; the rest is room for its worse moments. */
const requestMillisecondsMax = 5_000;
const connectionMillisecondsMax = 1_000;
const maxAttempts = 3;
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

const limits = ({
  requestMilliseconds = requestMillisecondsMax,
}: Pick<ClientOptions, "requestMilliseconds">) => ({
  maxAttempts,
  requestHandler: {
    connectionTimeout: connectionMillisecondsMax,
    requestTimeout: requestMilliseconds,
    // Without it the SDK warns, and waits on.
    throwOnRequestTimeout: true,
  },
});

/** An S3 client that gives up on a silent service, after three attempts. */
export const s3Client = ({ region, endpoint, ...options }: ClientOptions) =>
  new S3Client({
    region,
    ...limits(options),
    ...(endpoint === undefined ? {} : { endpoint, credentials, forcePathStyle: true }),
  });

/** A DynamoDB client that gives up on a silent service, after three attempts. */
export const dynamoClient = ({ region, endpoint, ...options }: ClientOptions) =>
  new DynamoDBClient({
    region,
    ...limits(options),
    ...(endpoint === undefined ? {} : { endpoint, credentials }),
  });
