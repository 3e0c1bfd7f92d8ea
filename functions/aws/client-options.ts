export interface ClientOptions {
  readonly region: string;
  /** The service's URL, if it is not in AWS. It needs no account. */
  readonly endpoint?: string;
}

const connectionMillisecondsMax = 1_000;
/**
 * Five attempts at a healthy service take less than a second; at one that throttles, the waits between them
 * take several seconds. Callers abort them at their own deadline.
 */
const maxAttempts = 5;

/** Credentials for a service that needs none. */
export const localCredentials = { accessKeyId: "local", secretAccessKey: "local" };

/** Returns a client's limits. `requestTimeout` is that of one attempt, in ms. */
export const limits = (requestTimeout: number) => ({
  maxAttempts,
  requestHandler: {
    connectionTimeout: connectionMillisecondsMax,
    requestTimeout,
    // Without it, the SDK logs a warning and keeps waiting.
    throwOnRequestTimeout: true,
  },
});
