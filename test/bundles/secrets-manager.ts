import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { type Listening, listen } from "../../infra/local/listen.ts";

/** Secrets Manager, as far as a function reads a secret's value, which may change: JSON 1.1 of the SDK's. */
export const startSecretsManager = (secret: (id: string) => unknown): Promise<Listening> =>
  listen(
    createServer(async (message, response) => {
      const { SecretId } = (await json(message)) as { SecretId: string };
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ SecretString: JSON.stringify(secret(SecretId)) }));
    }),
  );
