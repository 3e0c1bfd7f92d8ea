import { mediaTypes } from "./conversion.ts";
import { type OperationDescription, okJson } from "./operation.ts";
import { newTokenSchema, tokenRequestSchema, tokensQuery, tokensSchema } from "./token-schemas.ts";

/** The operations on tokens, as the OpenAPI document describes them. */
export const tokenOperations = {
  "GET /v1/tokens": {
    id: "listTokens",
    summary: "Lists tokens, oldest first.",
    description: "Those on the streamers that the caller administers.",
    query: tokensQuery,
    responses: { 200: okJson("A page of tokens.", tokensSchema) },
    errors: ["tokens-disabled", "bad-query", "newer-format"],
  },
  "POST /v1/tokens": {
    id: "createToken",
    summary: "Creates a token.",
    description: "With no more scopes than the caller's, on a streamer that the caller administers.",
    body: {
      [mediaTypes.json]: {
        schema: tokenRequestSchema,
        examples: {
          "one streamer's": { streamer: "github", scopes: ["write", "read"], expires: "P90D" },
          "all streamers'": { streamer: "*", scopes: ["read"] },
        },
      },
    },
    responses: { 201: okJson("The token is created.", newTokenSchema) },
    errors: [
      "tokens-disabled",
      "unsupported-encoding",
      "unsupported-type",
      "bad-token",
      "too-many-tokens",
      "newer-format",
    ],
  },
  "DELETE /v1/tokens/{id}": {
    id: "revokeToken",
    summary: "Revokes a token immediately.",
    responses: { 204: { description: "The token is revoked.", content: {}, headers: ["Cache-Control"] } },
    errors: ["tokens-disabled", "newer-format", "no-token"],
  },
} as const satisfies Readonly<Record<string, OperationDescription>>;
