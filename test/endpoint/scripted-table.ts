import { createServer } from "node:http";
import { type Listening, listen } from "../../infra/local/listen.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The answers that a stack waits for at its start. */
const starting: Readonly<Record<string, Answer>> = {
  CreateTable: { status: 200, body: "{}" },
  DescribeTable: { status: 200, body: '{"Table":{"TableStatus":"ACTIVE"}}' },
};

/**
 * A real server in place of DynamoDB, whose table exists and which gives this answer to all else: by a
 * request's operation, since a client that waits too long on a busy machine sends a request again.
 */
export async function startScriptedTable(answer: Answer): Promise<Listening> {
  return listen(
    createServer((request, response) => {
      const operation = String(request.headers["x-amz-target"]).split(".")[1]!;
      const { status, body } = starting[operation] ?? answer;
      request.resume().once("end", () => response.writeHead(status).end(body));
    }),
  );
}
