import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
// Types only: the folders of functions/ are independent, yet one of them must declare what a request is.
import type { HttpRequest, HttpResponse } from "../http/http-message.ts";

/**
 * Converts an event of an API Gateway HTTP API, payload format 2.0, to a request. Never throws: it skips
 * headers that HTTP does not allow, and characters of a base64 body that are not base64.
 * docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toRequest(event: APIGatewayProxyEventV2): HttpRequest {
  const { http, requestId } = event.requestContext;
  return {
    route: event.routeKey,
    method: http.method.toUpperCase(),
    path: event.rawPath,
    query: new URLSearchParams(event.rawQueryString),
    headers: headersOf(event),
    // The gateway has decoded it. Decoding twice would turn "%252e" into "%2e".
    streamer: event.pathParameters?.streamer ?? "",
    delivery: event.pathParameters?.delivery ?? "",
    token: event.pathParameters?.id ?? "",
    errorCode: event.pathParameters?.code ?? "",
    jwtScopes: jwtScopesOf(event),
    body: bodyOf(event),
    requestId,
    bodyIsText: !event.isBase64Encoded && Boolean(event.body),
  };
}

/** Converts a response to the gateway's format: text as text, bytes as base64. */
export function toResult({ status, headers, body }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  if (typeof body === "string") return { statusCode: status, headers, body, isBase64Encoded: false };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { statusCode: status, headers, body: bytes.toString("base64"), isBase64Encoded: true };
}

/**
 * Returns the Lambda handler of a function from request to response. `deadline`, in ms since the epoch, is
 * when Lambda ends the invocation. The gateway answers 500 to what `respond` throws.
 */
export function lambda(respond: (request: HttpRequest, deadline: number) => Promise<HttpResponse>) {
  return async (
    event: APIGatewayProxyEventV2,
    context: Context,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const deadline = Date.now() + context.getRemainingTimeInMillis();
    return toResult(await respond(toRequest(event), deadline));
  };
}

/** Cognito has `scope`, Okta `scp`, Entra `scp` for people and `roles` for programs. */
const scopeClaims = ["scope", "scp", "roles"] as const;

/**
 * Returns the words in the scope claims of a JWT that the gateway has verified, separated by spaces. The
 * gateway passes an array as `[a b]`:
 * github.com/aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock/pull/803
 */
function jwtScopesOf({ requestContext }: APIGatewayProxyEventV2): string | undefined {
  const { authorizer } = requestContext as { authorizer?: { jwt?: { claims?: Record<string, unknown> } } };
  const claims = authorizer?.jwt?.claims ?? {};
  const texts = scopeClaims.map(name => claims[name]).filter(claim => typeof claim === "string");
  return texts.length === 0 ? undefined : texts.map(text => text.replace(/^\[(.*)\]$/, "$1")).join(" ");
}

function headersOf({ headers: received, cookies }: APIGatewayProxyEventV2): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(received ?? {})) appendIfLegal(headers, name, value);
  if (cookies !== undefined && cookies.length > 0) appendIfLegal(headers, "cookie", cookies.join("; "));
  return headers;
}

function appendIfLegal(headers: Headers, name: string, value: string | undefined): void {
  if (value === undefined) return;
  try {
    headers.append(name, value);
  } catch (error) {
    // `Headers` refuses characters that are invalid in a header. The request counts without it.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Decodes a body once, into its own buffer. Never throws: `Buffer` skips what is not base64. */
function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): Uint8Array {
  return Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
}
