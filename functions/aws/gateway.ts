import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
// Types only: folders of functions/ stay apart, yet one of them must declare what a request is.
import type { HttpRequest, HttpResponse } from "../http/http-message.ts";

/**
 * An event of an API Gateway HTTP API, payload format 2.0, as a request. Never throws: headers that HTTP does not allow
 * are left out, and what is not base64 in a base64 body is skipped.
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
    // The gateway has decoded it; decoding twice would make "%2e" of "%252e".
    streamer: event.pathParameters?.streamer ?? "",
    delivery: event.pathParameters?.delivery ?? "",
    errorCode: event.pathParameters?.code ?? "",
    jwtScopes: jwtScopesOf(event),
    body: bodyOf(event),
    requestId,
    bodyIsText: !event.isBase64Encoded && Boolean(event.body),
  };
}

/** A response as the gateway takes it: text as text, bytes as base64. */
export function toResult({ status, headers, body }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  if (typeof body === "string") return { statusCode: status, headers, body, isBase64Encoded: false };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { statusCode: status, headers, body: bytes.toString("base64"), isBase64Encoded: true };
}

/**
 * A Lambda handler out of a function from request to response. `deadline`, in ms since the epoch, is when Lambda ends the
 * invocation. What `app` throws is thrown on; the gateway answers it with 500.
 */
export function lambda(app: (request: HttpRequest, deadline: number) => Promise<HttpResponse>) {
  return async (
    event: APIGatewayProxyEventV2,
    context: Context,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const deadline = Date.now() + context.getRemainingTimeInMillis();
    return toResult(await app(toRequest(event), deadline));
  };
}

/** The claim `scope` of a JWT that the gateway has checked. */
function jwtScopesOf({ requestContext }: APIGatewayProxyEventV2): string | undefined {
  const { authorizer } = requestContext as { authorizer?: { jwt?: { claims?: { scope?: unknown } } } };
  const scope = authorizer?.jwt?.claims?.scope;
  return typeof scope === "string" ? scope : undefined;
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
    // Headers refuses characters that no header may hold. A request is judged by the headers it has.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Decodes once, into a buffer of its own, and neither throws: Buffer skips what is not base64. */
function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): Uint8Array {
  return Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
}
