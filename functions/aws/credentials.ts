import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { missingOf, StreamerFailed } from "../persister/streaming.ts";

const values = z.record(z.string(), z.string());

/**
 * A streamer's settings and credentials, the environment that it is run with: the secret's JSON. Rejects with StreamerFailed where it
 * can't be read, or lacks one of `credentials`.
 */
export async function secretCredentials(
  client: SecretsManagerClient,
  arn: string,
  credentials: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { SecretString = "{}" } = await client
    .send(new GetSecretValueCommand({ SecretId: arn }))
    .catch((cause: Error) => {
      throw new StreamerFailed(
        `The secret ${arn} can't be read (${cause.name}). Has it been given a value?`,
        {
          cause,
        },
      );
    });
  const given = values.safeParse(jsonOf(SecretString));
  if (!given.success)
    throw new StreamerFailed(`The secret ${arn} is no JSON object of texts: {"NAME": "value"}.`);
  const missing = missingOf(credentials, given.data);
  if (missing.length > 0) throw new StreamerFailed(`The secret ${arn} lacks ${missing.join(", ")}.`);
  return given.data;
}

/** Without the parser's own words, which quote what they read. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
