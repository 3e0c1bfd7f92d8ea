import * as z from "zod/mini";
import { type OperationDescription, okJson } from "./operation.ts";
import type { PublicRoute } from "./routes.ts";
import { healthSchema } from "./schemas.ts";

const text = z.string();

const pageValidators = ["ETag", "Vary", "Cache-Control"] as const;
const pageProtection = [
  "Content-Security-Policy",
  "Cross-Origin-Opener-Policy",
  "Referrer-Policy",
  "X-Content-Type-Options",
] as const;

/** The routes that need no token. */
export const publicDescriptions: Readonly<Record<PublicRoute, OperationDescription>> = {
  "GET /": {
    id: "readPage",
    summary: "Returns the status page.",
    description: "It reads this API with the token that is pasted into it.",
    headers: {
      "If-None-Match": {
        schema: text.check(z.describe("The ETag of the page that the caller has.")),
        example: '"0123456789abcdef"',
      },
    },
    responses: {
      200: {
        description: "The page.",
        content: { "text/html": text },
        headers: [...pageValidators, "Content-Encoding?", ...pageProtection],
      },
      304: {
        description: "The page is the one in `If-None-Match`.",
        content: {},
        headers: pageValidators,
      },
    },
    errors: [],
  },
  "GET /v1/openapi.json": {
    id: "readOpenapi",
    summary: "Returns this document.",
    responses: { 200: okJson("The OpenAPI 3.1 document.", z.looseObject({ openapi: z.literal("3.1.1") })) },
    errors: [],
  },
  "GET /v1/errors/{code}": {
    id: "readError",
    summary: "Explains an error code and what to do.",
    description: "As text, or as HTML if `Accept` asks for it.",
    responses: {
      200: {
        description: "The catalogue's entry.",
        content: { "text/plain": text, "text/html": text },
        headers: ["Vary", "Cache-Control"],
      },
    },
    errors: ["no-error-code"],
  },
  "GET /v1/health": {
    id: "health",
    summary: "Returns whether the endpoint is up.",
    responses: { 200: okJson("The endpoint is up.", healthSchema) },
    errors: [],
  },
};
