import * as z from "zod/mini";
import manifest from "../../package.json" with { type: "json" };
import type { ErrorCode } from "../persister/errors.ts";
import { mediaTypes } from "./conversion.ts";
import { errorCatalogue } from "./error-catalogue.ts";
import type { HttpResponse } from "./http-message.ts";
import {
  type Operation,
  type ResponseDescription,
  type ResponseHeader,
  responseHeaders,
} from "./operation.ts";
import { operations, pathParameters } from "./operations.ts";
import { problemSchema } from "./schemas.ts";
import { tagOf, tagsOf } from "./tags.ts";

type Json = Record<string, unknown>;
const problemType = "application/problem+json";

/**
 * Returns the endpoint's OpenAPI 3.1 document: spec.openapis.org/oas/v3.1.1. It refers to the guide in the
 * repository, once that has an address.
 */
export function openapi(repository = manifest.repository): Json {
  const components = new Map<string, Json>();
  const schemaOf = (schema: z.ZodMiniType) => jsonSchemaOf(schema, components);
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const [method, path] = operation.route.split(" ") as [string, string];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationObject(operation, schemaOf) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Persister",
      version: manifest.version,
      summary: "POST a stitchstream to a URL you trust.",
      description:
        "Archives every byte, validates every message, forwards the records to their destination, " +
        "and stores the bookmark only once every record before it has been accepted.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    ...(repository !== "" && {
      externalDocs: { description: "The guide", url: `${repository.replace(/\.git$/, "")}#readme` },
    }),
    servers: [{ url: "/" }],
    tags: tagsOf(operations.map(({ route }) => route)),
    paths,
    components: {
      schemas: Object.fromEntries(components),
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    "x-problems": Object.entries(errorCatalogue).map(([code, entry]) => ({ code, ...entry })),
  };
}

export const openapiResponse = (): HttpResponse => ({
  status: 200,
  headers: { "content-type": mediaTypes.json, "cache-control": "no-store" },
  body: JSON.stringify(openapi()),
});

type SchemaOf = (schema: z.ZodMiniType) => Json;

function operationObject(operation: Operation, schemaOf: SchemaOf): Json {
  const { id, route, summary, scope, body } = operation;
  const token = scope && `Requires a token with the scope \`${scope}\`.`;
  const description = [operation.description, token].filter(each => each !== undefined).join(" ");
  const content = Object.entries(body ?? {}).map(([type, { schema, examples }]) => {
    const named = Object.entries(examples).map(([name, value]) => [name, { value }]);
    return [type, { schema: schemaOf(schema), examples: Object.fromEntries(named) }];
  });
  return {
    operationId: id,
    tags: [tagOf(route)],
    summary,
    ...(description !== "" && { description }),
    security: scope === undefined ? [] : [{ token: [] }],
    parameters: parametersOf(operation, schemaOf),
    ...(body && { requestBody: { required: true, content: Object.fromEntries(content) } }),
    responses: responsesOf(operation, schemaOf),
  };
}

function parametersOf({ route, query, headers = {} }: Operation, schemaOf: SchemaOf): Json[] {
  const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    in: "path",
    name,
    required: true,
    ...describedApart(schemaOf(pathParameters[name!]!)),
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    in: "query",
    name,
    required: false,
    ...describedApart(schemaOf(schema as z.ZodMiniType)),
  }));
  const inHead = Object.entries(headers).map(([name, { schema, required = false, example }]) => ({
    in: "header",
    name,
    required,
    ...describedApart(schemaOf(schema)),
    example,
  }));
  return [...inPath, ...inQuery, ...inHead];
}

/** A parameter's schema and its description, which readers of the document expect next to its name. */
const describedApart = ({ description, ...schema }: Json) => ({ description, schema });

/** Errors of every route that requires a token. */
const authorizationErrors: readonly ErrorCode[] = ["tokens-unavailable", "unauthorized", "forbidden"];

/** An operation that reads the table may find an item of a newer version there. */
const withFormat = (code: ErrorCode): readonly ErrorCode[] =>
  code === "store-unavailable" ? [code, "newer-format"] : [code];

function responsesOf(operation: Operation, schemaOf: SchemaOf): Json {
  const { scope, responses, errors } = operation;
  const codes = [...(scope === undefined ? [] : authorizationErrors), ...errors.flatMap(withFormat)];
  const statuses = new Map<number, string[]>();
  for (const code of codes) {
    const { status } = errorCatalogue[code];
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  if (scope !== undefined) statuses.set(errorCatalogue.internal.status, ["internal"]);
  const refused = [...statuses].map(([status, codesOfStatus]) => {
    const headers = headersObject(problemHeaders(status, codesOfStatus, operation));
    return [status, { ...problemObject(status, codesOfStatus, schemaOf), headers }];
  });
  const succeeded = Object.entries(responses).map(([status, response]) => [
    status,
    responseObject(response, schemaOf),
  ]);
  return Object.fromEntries([...succeeded, ...refused]);
}

const problemHeaders = (
  status: number,
  codes: readonly string[],
  { namingRevision = [] }: Operation,
): readonly ResponseHeader[] => [
  "Cache-Control",
  ...(status === 401 ? (["WWW-Authenticate"] as const) : []),
  ...(codes.includes("delivery-in-flight") || status === 503 ? (["Retry-After?"] as const) : []),
  ...(namingRevision.includes(status) ? (["ETag?"] as const) : []),
];

function responseObject({ description, content, headers }: ResponseDescription, schemaOf: SchemaOf): Json {
  const types = Object.entries(content).map(([type, schema]) => [type, { schema: schemaOf(schema) }]);
  return {
    description,
    headers: headersObject(headers),
    ...(types.length > 0 && { content: Object.fromEntries(types) }),
  };
}

function problemObject(status: number, codes: readonly string[], schemaOf: SchemaOf): Json {
  const schema = {
    allOf: [schemaOf(problemSchema), { properties: { status: { const: status }, code: { enum: codes } } }],
  };
  return {
    description: `One of these codes: ${codes.map(code => `\`${code}\``).join(", ")}.`,
    content: { [problemType]: { schema } },
  };
}

function headersObject(headers: readonly ResponseHeader[]): Json {
  return Object.fromEntries(
    headers.map(header => {
      const name = header.replace("?", "") as keyof typeof responseHeaders;
      const object = {
        required: header === name,
        schema: { type: "string" },
        description: responseHeaders[name],
      };
      return [name, object];
    }),
  );
}

/**
 * Returns a schema in JSON Schema draft 2020-12, the dialect of OpenAPI 3.1. Schemas with an id become
 * components.
 */
function jsonSchemaOf(schema: z.ZodMiniType, components: Map<string, Json>): Json {
  const { $schema: _, $defs = {}, $ref, ...own } = z.toJSONSchema(schema, { io: "input" });
  for (const [id, { id: __, ...component }] of Object.entries($defs)) components.set(id, component);
  return $ref === undefined ? own : { $ref: $ref.replace("#/$defs/", "#/components/schemas/") };
}
