import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { type Credentials, StreamerFailed } from "../persister/segments/streaming.ts";

const texts = z.record(z.string(), z.string());
type Texts = z.output<typeof texts>;

/**
 * Returns the settings and credentials in a streamer's secret, a JSON object. The streamer may replace
 * those that `renewed` names.
 */
export const secretCredentials = (
  client: SecretsManagerClient,
  arn: string,
  renewed: readonly string[],
): Credentials => ({
  source: `The secret ${arn}`,
  read: () => secretValue(client, arn),
  ...(renewed.length > 0 && {
    async replace(values) {
      const others = Object.keys(values).filter(name => !renewed.includes(name));
      if (others.length > 0)
        throw new StreamerFailed(`A run may renew ${renewed.join(", ")}, but not ${others.join(", ")}.`);
      // Read again, as another member may have changed since the run began.
      await putSecretValue(client, arn, { ...(await secretValue(client, arn)), ...values });
    },
  }),
});

async function secretValue(client: SecretsManagerClient, arn: string): Promise<Texts> {
  const { SecretString = "{}" } = await client
    .send(new GetSecretValueCommand({ SecretId: arn }))
    .catch((cause: Error) => {
      throw new StreamerFailed(`The secret ${arn} can't be read (${cause.name}). Does it have a value?`, {
        cause,
      });
    });
  const given = z.safeParse(texts, jsonOf(SecretString));
  if (given.success) return given.data;
  throw new StreamerFailed(`The secret ${arn} is not a JSON object of strings: {"NAME": "value"}.`);
}

async function putSecretValue(client: SecretsManagerClient, arn: string, values: Texts): Promise<void> {
  const command = new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(values) });
  await client.send(command).catch((cause: Error & { $fault?: string }) => {
    // Another attempt is worthwhile, as the credential before this one no longer works.
    if (cause.$fault !== "client" || /Throttl/.test(cause.name)) throw cause;
    throw new StreamerFailed(
      `The secret ${arn} can't be written (${cause.name}). May the function call PutSecretValue?`,
      { cause },
    );
  });
}

/** Returns undefined for invalid JSON: the parser's message would quote the secret. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
