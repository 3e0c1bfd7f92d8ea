/**
 * A request, declared here for this folder and, as a type only, for the adapters that produce it. Unlike
 * the web's `Request`, it holds the body's bytes as they are, without a stream or a copy.
 */
export interface HttpRequest {
  /** The route that the gateway matched, such as `GET /v1/streamers/{streamer}`. */
  readonly route: string;
  /** In capitals. */
  readonly method: string;
  /** Without the query; percent-encoded if the adapter received it so. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The path parameter, decoded and unchecked; empty if the route has none. */
  readonly streamer: string;
  /** Likewise. */
  readonly delivery: string;
  /** Likewise: the path parameter `id`. */
  readonly token: string;
  /** Likewise: the path parameter `code`. */
  readonly errorCode: string;
  /** The claim `scope` of a JWT that the gateway has verified. */
  readonly jwtScopes: string | undefined;
  /** As sent, still in its Content-Encoding. */
  readonly body: Uint8Array;
  readonly requestId: string;
  /** Whether the gateway passed the body on as text, which destroys bytes that are not UTF-8. */
  readonly bodyIsText: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}
