import { usageError } from "./cli-error.ts";
import { type Endpoint, objectOf, sendRequest } from "./endpoint.ts";

/**
 * Runs `persist settings get` or `set VALUE`. Resolves to the streamer's settings as the endpoint returns
 * them. A change is made against the version that was just read. Rejects with CliError.
 */
export async function runSettingsCommand(
  endpointOf: () => Endpoint,
  [action, value, ...more]: readonly string[],
): Promise<string> {
  const isGet = action === "get" && value === undefined;
  const isSet = action === "set" && value !== undefined && more.length === 0;
  if (!isGet && !isSet)
    throw usageError(`persist settings get, or set <value>: JSON such as '{"expectedEvery":"PT1H"}'.`);
  const endpoint = endpointOf();
  const path = "/settings";
  const { text, headers } = await sendRequest(endpoint, { method: "GET", path });
  objectOf(text, endpoint);
  if (isGet) return text;
  const answer = await sendRequest(endpoint, {
    method: "PUT",
    path,
    headers: { "if-match": headers.etag ?? "*", "content-type": "application/json" },
    body: Buffer.from(value!),
  });
  return answer.text;
}
