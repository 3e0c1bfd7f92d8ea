import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2, Context } from "aws-lambda";
import { functionFailed, type GatewayFault, integrationTimedOut } from "./answer.ts";
import type { Route } from "./routes.ts";

export type Invocation =
  | { readonly result: APIGatewayProxyResultV2 }
  /** `error` is what the handler threw. */
  | { readonly fault: GatewayFault; readonly error?: unknown };

/**
 * Calls a route's handler as Lambda does, and waits for it as the gateway does. A function that exceeds its
 * own timeout results in 500, one that exceeds the integration's in 503. Nothing stops the handler, but a
 * late result is ignored.
 */
export async function invoke(
  route: Route,
  event: APIGatewayProxyEventV2,
  integrationTimeoutMilliseconds: number,
): Promise<Invocation> {
  const waitMilliseconds = Math.min(route.timeoutMilliseconds, integrationTimeoutMilliseconds);
  const late =
    route.timeoutMilliseconds < integrationTimeoutMilliseconds ? functionFailed : integrationTimedOut;
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<Invocation>(resolve => {
    timer = setTimeout(resolve, waitMilliseconds, { fault: late });
  });
  const answered = call(route, event).then(
    result => ({ result }),
    (error: unknown) => ({ fault: functionFailed, error }),
  );
  try {
    return await Promise.race([answered, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

async function call(
  { handler, path, timeoutMilliseconds }: Route,
  event: APIGatewayProxyEventV2,
): Promise<APIGatewayProxyResultV2> {
  return handler(event, contextOf(path, timeoutMilliseconds));
}

function contextOf(path: string, timeoutMilliseconds: number): Context {
  const functionName = `local-${path.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "")}`;
  const end = performance.now() + timeoutMilliseconds;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: "1024",
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, Math.round(end - performance.now())),
    done: callbackStyle,
    fail: callbackStyle,
    succeed: callbackStyle,
  };
}

function callbackStyle(): never {
  throw new Error("Handlers answer with a promise.");
}
