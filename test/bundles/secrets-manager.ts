import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { type Listening, listen } from "../../infra/local/listen.ts";

/** Throws for a role without permission. */
type Put = (id: string, value: string) => void;

const denied: Put = () => {
  throw new Error("not allowed");
};

/**
 * Secrets Manager's GetSecretValue and PutSecretValue, in the SDK's JSON 1.1 protocol. The value may
 * change.
 */
export const startSecretsManager = (secret: (id: string) => unknown, put = denied): Promise<Listening> =>
  listen(
    createServer(async (message, response) => {
      const { SecretId, SecretString } = (await json(message)) as Record<string, string>;
      const answer = (status: number, body: object) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(body));
      };
      if (message.headers["x-amz-target"] === "secretsmanager.GetSecretValue")
        return answer(200, { SecretString: JSON.stringify(secret(SecretId!)) });
      try {
        put(SecretId!, SecretString!);
        return answer(200, { ARN: SecretId });
      } catch {
        return answer(400, { __type: "AccessDeniedException" });
      }
    }),
  );
