import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PersisterError } from "../persister/errors.ts";
import { available } from "./available.ts";

const retryAfterSeconds = 5;

/**
 * Reads a secret's JSON once, and again after a failure. Rejects with `secret-unavailable`, the SDK's error for what does not
 * pass, or `parse`'s.
 */
export function cachedSecret<T>(
  client: SecretsManagerClient,
  arn: string,
  parse: (value: unknown) => T,
): () => Promise<T> {
  let cached: Promise<T> | undefined;
  const read = async () => {
    const { SecretString } = await available(
      () => client.send(new GetSecretValueCommand({ SecretId: arn })),
      cause =>
        new PersisterError("secret-unavailable", "The tokens could not be read. Send it again.", {
          retryAfterSeconds,
          cause,
        }),
    );
    return parse(JSON.parse(SecretString ?? "{}"));
  };
  return () => {
    cached ??= read().catch(error => {
      cached = undefined;
      throw error;
    });
    return cached;
  };
}
