import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { type Credentials, missingOf, StreamerFailed } from "../persister/segments/streaming.ts";

const texts = z.record(z.string(), z.string());
type Texts = z.output<typeof texts>;

/** What a streamer's secret has to hold, and which of these names the streamer may replace. */
interface Names {
  readonly credentials: readonly string[];
  readonly renewed: readonly string[];
}

/** A streamer's settings and credentials, the environment that it is run with: the secret's JSON. */
export const secretCredentials = (
  client: SecretsManagerClient,
  arn: string,
  { credentials, renewed }: Names,
): Credentials => ({
  async read() {
    const held = await secretValue(client, arn);
    const missing = missingOf(credentials, held);
    if (missing.length > 0) throw new StreamerFailed(`The secret ${arn} lacks ${missing.join(", ")}.`);
    return held;
  },
  ...(renewed.length > 0 && {
    async replace(values) {
      const others = Object.keys(values).filter(name => !renewed.includes(name));
      if (others.length > 0)
        throw new StreamerFailed(`A run may renew ${renewed.join(", ")}, and not ${others.join(", ")}.`);
      // Read again: somebody may have changed another member since the run began.
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
  throw new StreamerFailed(`The secret ${arn} is not a JSON object of texts: {"NAME": "value"}.`);
}

async function putSecretValue(client: SecretsManagerClient, arn: string, values: Texts): Promise<void> {
  const command = new PutSecretValueCommand({ SecretId: arn, SecretString: JSON.stringify(values) });
  await client.send(command).catch((cause: Error & { $fault?: string }) => {
    // A renewed credential is worth another try: its old one is dead.
    if (cause.$fault !== "client" || /Throttl/.test(cause.name)) throw cause;
    throw new StreamerFailed(
      `The secret ${arn} can't be written (${cause.name}). May the function call PutSecretValue?`,
      { cause },
    );
  });
}

/** Without the parser's own words, which quote what they read. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
