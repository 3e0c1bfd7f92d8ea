import type { Outcome } from "../persister/destination.ts";

/** One request to the Import API: the finished bytes. */
export interface ImportRequest {
  readonly endpoint: "push" | "batch";
  readonly contentType: "application/json" | "application/transit+json";
  readonly body: Uint8Array;
}

export interface ImportApi {
  /**
   * Sends a request, with retries, until `deadline`, ms since the epoch. Never rejects because of the network
   * or the server.
   */
  send(request: ImportRequest, deadline: number): Promise<Outcome>;
}
