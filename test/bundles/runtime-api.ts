import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Listening, listen } from "../../infra/local/listen.ts";

/**
 * Lambda's Runtime API, as a function's process uses it:
 * docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export interface RuntimeApi extends Listening {
  /**
   * Sends an event to the process and resolves to its handler's answer. Rejects with what the handler
   * throws.
   */
  invoke(event: unknown, timeoutMilliseconds: number): Promise<unknown>;
  /** The process has ended: pending events fail. */
  fail(error: Error): void;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly deadline: number;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  let running: Invocation | undefined;
  let asking: ServerResponse | undefined;
  let failure: Error | undefined;

  function handOut(): void {
    if (asking === undefined || waiting.length === 0) return;
    running = waiting.shift()!;
    asking.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": running.id,
      "lambda-runtime-deadline-ms": String(running.deadline),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:local",
      "lambda-runtime-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
    });
    asking.end(JSON.stringify(running.event));
    asking = undefined;
  }

  const server = createServer(async (message, response) => {
    const [, , , what, id, outcome] = (message.url ?? "").split("/");
    if (what === "invocation" && id === "next") {
      asking = response;
      return handOut();
    }
    const text = await textOf(message);
    response.writeHead(202).end();
    if (what === "init") return fail(new Error(text));
    const ended = running;
    running = undefined;
    if (outcome === "response") ended?.resolve(JSON.parse(text));
    else ended?.reject(new Error(text));
  });
  const fail = (error: Error) => {
    failure = error;
    for (const each of [running, ...waiting.splice(0)]) each?.reject(error);
  };
  const listening = await listen(server);
  return {
    ...listening,
    fail,
    invoke: (event, timeoutMilliseconds) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        const deadline = Date.now() + timeoutMilliseconds;
        waiting.push({ id: randomUUID(), event, deadline, resolve, reject });
        handOut();
      }),
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}
