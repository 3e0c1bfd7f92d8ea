import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { type Credentials, NotSetUp, StreamerFailed } from "../program/streaming.ts";
import { accountMember } from "./accounts.ts";
import { secretJson } from "./secret-json.ts";

const secretSchema = z.catchall(z.object({ [accountMember]: z.optional(z.unknown()) }), z.string());
type Texts = Readonly<Record<string, string>>;
/** The streamer's values, and its Import API account, which the streamer does not get. */
interface Secret {
  readonly values: Texts;
  readonly account: Readonly<Record<string, unknown>>;
}

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
  read: async () => (await secretValue(client, arn)).values,
  ...(renewed.length > 0 && {
    async replace(values) {
      const others = Object.keys(values).filter(name => !renewed.includes(name));
      if (others.length > 0)
        throw new StreamerFailed(`A run may renew ${renewed.join(", ")}, but not ${others.join(", ")}.`);
      // Read again, as another member may have changed since the run began.
      const current = await secretValue(client, arn);
      await putSecretValue(client, arn, { ...current.account, ...current.values, ...values });
    },
  }),
});

async function secretValue(client: SecretsManagerClient, arn: string): Promise<Secret> {
  const { SecretString = "{}" } = await client
    .send(new GetSecretValueCommand({ SecretId: arn }))
    .catch((cause: Error) => {
      // The secret exists, and nobody has stored a value.
      if (cause.name === "ResourceNotFoundException" && /staging label/.test(cause.message))
        throw new NotSetUp(`The secret ${arn} has no value yet.`, { cause });
      throw new StreamerFailed(`The secret ${arn} can't be read (${cause.name}). Does it have a value?`, {
        cause,
      });
    });
  const given = z.safeParse(secretSchema, secretJson(SecretString));
  if (given.success) {
    const { [accountMember]: account, ...values } = given.data;
    return { values: values as Texts, account: account === undefined ? {} : { [accountMember]: account } };
  }
  throw new StreamerFailed(`The secret ${arn} is not a JSON object of strings: {"NAME": "value"}.`);
}

async function putSecretValue(client: SecretsManagerClient, arn: string, values: object): Promise<void> {
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
