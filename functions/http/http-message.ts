/**
 * A request and a response as this product sees them: declared here once, for the folder that answers and, types only,
 * for the adapters that carry them. Unlike the web's Request it holds the body's bytes as they are: no stream, no copy.
 */
export interface HttpRequest {
  /** `GET /v1/streamers/{streamer}`: the route that the gateway found. */
  readonly route: string;
  /** In capitals. */
  readonly method: string;
  /** Without the query; percent-encoded if the adapter got it so. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The path parameter, decoded; empty where the route has none. Unchecked. */
  readonly streamer: string;
  /** Likewise. */
  readonly delivery: string;
  /** Likewise: the path parameter `code`. */
  readonly errorCode: string;
  /** The claim `scope` of a JWT, once the gateway before us has checked it. */
  readonly jwtScopes: string | undefined;
  /** As sent, still in its Content-Encoding. */
  readonly body: Uint8Array;
  readonly requestId: string;
  /** The body was handed over as text: bytes that are not UTF-8 were destroyed on the way. */
  readonly bodyIsText: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}
