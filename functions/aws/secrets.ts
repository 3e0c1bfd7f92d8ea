import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** Reads a secret's JSON once, and again after a failure. Rejects with the SDK's error, or `parse`'s. */
export function cachedSecret<T>(
  client: SecretsManagerClient,
  arn: string,
  parse: (value: unknown) => T,
): () => Promise<T> {
  let cached: Promise<T> | undefined;
  const read = async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
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
