import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";

export interface ClientOptions {
  readonly region: string;
  /** Where the service is, if not in AWS: no account is needed there. */
  readonly endpoint?: string;
}

/** ms. A service that is well answers in a hundred; the rest is room for its worse moments. */
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 5_000 };
const maxAttempts = 3;
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

export const s3Client = ({ region, endpoint }: ClientOptions) =>
  new S3Client({
    region,
    requestHandler,
    maxAttempts,
    ...(endpoint === undefined ? {} : { endpoint, credentials, forcePathStyle: true }),
  });

export const dynamoClient = ({ region, endpoint }: ClientOptions) =>
  new DynamoDBClient({
    region,
    requestHandler,
    maxAttempts,
    ...(endpoint === undefined ? {} : { endpoint, credentials }),
  });
