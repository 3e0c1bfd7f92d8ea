import type { ServerResponse } from "node:http";
import type { APIGatewayProxyResultV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** A response of the gateway itself. */
export interface GatewayFault {
  readonly status: number;
  readonly message: string;
}

export const notFound: GatewayFault = { status: 404, message: "Not Found" };
export const tooLarge: GatewayFault = { status: 413, message: "Request Entity Too Large" };
/** The function threw, timed out or returned an invalid response. */
export const functionFailed: GatewayFault = { status: 500, message: "Internal Server Error" };
/**
 * The integration's 30 s are over; the function continues: seen in
 * github.com/cortexlabs/cortex/issues/1225.
 */
export const integrationTimedOut: GatewayFault = { status: 503, message: "Service Unavailable" };

/** Lambda's limit of a JSON result: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const resultBytesMax = 6 * 1024 * 1024;
/** The most bytes of a character in JSON: control characters are escaped. */
const bytesPerCharMax = 6;

const isTooLarge = (result: APIGatewayProxyStructuredResultV2) =>
  (result.body ?? "").length * bytesPerCharMax > resultBytesMax &&
  Buffer.byteLength(JSON.stringify(result)) > resultBytesMax;

export function answerFault(response: ServerResponse, { status, message }: GatewayFault): void {
  end(response, status, { "content-type": "application/json" }, Buffer.from(JSON.stringify({ message })));
}

/**
 * Sends a handler's result. A result without a status is sent as JSON with 200, as the payload format 2.0
 * defines. A result that HTTP can't carry counts as the function's failure.
 */
export function answerResult(response: ServerResponse, result: APIGatewayProxyResultV2 | undefined): void {
  if (isStructured(result)) answerStructured(response, result);
  else {
    const body = typeof result === "string" ? result : JSON.stringify(result ?? null);
    end(response, 200, { "content-type": "application/json" }, Buffer.from(body));
  }
}

const isStructured = (result: unknown): result is APIGatewayProxyStructuredResultV2 =>
  typeof result === "object" && result !== null && "statusCode" in result;

function answerStructured(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode, headers = {}, cookies = [], body = "", isBase64Encoded = false } = result;
  try {
    if (isTooLarge(result)) throw new RangeError("A result has at most 6 MB.");
    for (const cookie of cookies) response.appendHeader("set-cookie", cookie);
    end(response, Number(statusCode), headers, Buffer.from(body, isBase64Encoded ? "base64" : "utf8"));
  } catch (error) {
    if (response.headersSent) throw error;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    answerFault(response, functionFailed);
  }
}

/** Throws for an invalid status or header. */
function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number | boolean>>,
  body: Buffer,
): void {
  for (const [name, value] of Object.entries(headers)) {
    // The gateway frames the response itself.
    if (!/^(?:content-length|transfer-encoding|connection)$/i.test(name))
      response.setHeader(name, String(value));
  }
  const hasBody = status >= 200 && status !== 204 && status !== 304;
  if (hasBody) response.setHeader("content-length", body.length);
  response.writeHead(status);
  response.end(hasBody ? body : undefined);
}
