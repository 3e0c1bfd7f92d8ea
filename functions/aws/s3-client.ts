import {
  GetObjectCommand,
  type GetObjectCommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { type ClientOptions, limits, localCredentials } from "./client-options.ts";

interface SendOptions {
  readonly abortSignal?: AbortSignal;
  readonly requestTimeout?: number;
}

/** The objects of S3. Both reject with the SDK's errors. */
export interface Objects {
  put(object: PutObjectCommandInput, options: SendOptions): Promise<unknown>;
  get(object: GetObjectCommandInput, options: SendOptions): Promise<Uint8Array>;
}

/** The timeout of one attempt. It is longer than a table's, as a body may have 4.5 MB. */
const requestMillisecondsMax = 5_000;

/** Returns an S3 client with timeouts. */
export const s3Client = ({ region, endpoint }: ClientOptions) =>
  new S3Client({
    region,
    ...limits(requestMillisecondsMax),
    ...(endpoint === undefined ? {} : { endpoint, credentials: localCredentials, forcePathStyle: true }),
  });

/** Returns the objects that a client reads and writes. */
export const objectsOf = (client: Pick<S3Client, "send">): Objects => ({
  put: (object, options) => client.send(new PutObjectCommand(object), options),
  async get(object, options) {
    const { Body } = await client.send(new GetObjectCommand(object), options);
    return Body!.transformToByteArray();
  },
});
