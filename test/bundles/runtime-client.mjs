/**
 * Stands in for Lambda's runtime client (aws-lambda-ric, which builds where a C++ compiler and libtool are): asks the Runtime
 * API for events, and answers what the handler that `_HANDLER` names (`dist/ingest.handler`) makes of them.
 */
import { existsSync } from "node:fs";

const [path, name] = process.env._HANDLER.split(/\.(?=[^.]+$)/);
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = (where, value) =>
  fetch(`${api}/${where}`, { method: "POST", body: JSON.stringify(value ?? null) });
const told = error => ({
  errorType: error.name,
  errorMessage: error.message,
  trace: error.stack?.split("\n"),
});

const root = new URL("../../", import.meta.url);
/** As that client does it: whatever has the name without an ending comes first, were it a folder. */
const ending = existsSync(new URL(path, root)) ? "" : ".mjs";
const { [name]: handler } = await import(new URL(path + ending, root)).catch(async error => {
  await post("init/error", told(error));
  throw error;
});
for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  const invokedFunctionArn = next.headers.get("lambda-runtime-invoked-function-arn");
  const getRemainingTimeInMillis = () => deadline - Date.now();
  const context = { awsRequestId: id, invokedFunctionArn, getRemainingTimeInMillis };
  try {
    await post(`invocation/${id}/response`, await handler(await next.json(), context));
  } catch (error) {
    await post(`invocation/${id}/error`, told(error));
  }
}
