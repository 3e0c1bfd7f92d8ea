import { createServer } from "node:http";
import { type Listening, listen } from "../../infra/local/listen.ts";

/** Secrets Manager, as far as a function reads one secret's value, which may change: JSON 1.1 of the SDK's. */
export const startSecretsManager = (secret: () => unknown): Promise<Listening> =>
  listen(
    createServer((message, response) => {
      message.resume();
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ SecretString: JSON.stringify(secret()) }));
    }),
  );
