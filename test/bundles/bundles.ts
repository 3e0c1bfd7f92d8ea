import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { dynamoClient } from "../../functions/aws/clients.ts";
import { tokenKey } from "../../functions/aws/tokens.ts";
import { digestOf } from "../../functions/persister/tokens/digest.ts";
import type { Settings } from "../../infra/local/settings.ts";
import type { Variant } from "../../infra/local/stack.ts";
import { Lambda } from "./lambda.ts";
import { startSecretsManager } from "./secrets-manager.ts";

type Lambdas = NonNullable<Variant["lambda"]>;

/** A function's environment in serverless.yml, with the addresses of the services. */
export const environmentOf = (place: Parameters<Lambdas>[0], secretsUrl: string) => ({
  SERVICE: "persister-local",
  TABLE_NAME: place.table,
  ARCHIVE_BUCKET: place.bucket,
  ACCOUNTS_SECRET_ARN: "accounts",
  IMPORT_API_URL: place.importApiUrl,
  AUTHORIZATION: "token",
  AWS_REGION: place.region,
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_ENDPOINT_URL_S3: place.s3,
  AWS_ENDPOINT_URL_DYNAMODB: place.dynamodb,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
});

/**
 * The bundles of dist/ as a stack's functions, with the environment of serverless.yml and the addresses of
 * the services.
 */
export const bundlesFor =
  (
    { stitchClientId: clientId, stitchToken, token, database }: Settings,
    accounts: () => unknown = () => ({ default: database ?? { clientId, token: stitchToken } }),
  ): Lambdas =>
  async place => {
    const { dynamodb, table, region } = place;
    const secrets = await startSecretsManager(accounts);
    const client = dynamoClient({ region, endpoint: dynamodb });
    const item = {
      ...tokenKey(digestOf(token)),
      id: "owner",
      streamer: "*",
      scopes: ["write", "read", "admin"],
      createdAt: Date.now(),
    };
    await client.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
    const lambda = new Lambda(environmentOf(place, secrets.url));
    return {
      handlerOf: (name, timeoutMilliseconds) => event => lambda.invoke(name, event, timeoutMilliseconds),
      close: async () => {
        await lambda.close();
        await secrets.close();
      },
    };
  };
