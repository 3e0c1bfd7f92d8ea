import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import AjvDraft4 from "ajv-draft-04";
import addFormats from "ajv-formats";
import type { JsonObject, StreamSchema } from "../stitchstream/stream-schema.ts";
import { schemasKeptMax } from "./limits.ts";

/** What a record breaks its stream's schema in. Never holds the record's contents. */
interface SchemaFault {
  readonly field?: string;
  readonly message: string;
}

export interface SchemaCheck {
  /** The faults of a record, given as JSON. */
  faults(text: string): readonly SchemaFault[];
}

/** Thrown where a schema is none. */
export class NotASchema extends Error {
  override readonly name = "NotASchema";
}

/** As the Import API has it, import-api.md section 2: with a zone, capital letters, and a year of four digits. */
const dateTime =
  /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-8]):[0-5]\d)$/;

/**
 * Keywords that we don't know are the streamer's own; nothing is fetched, and nothing is changed. The code that is made is
 * not optimized: that costs more than it saves.
 */
const options = {
  strict: false,
  allErrors: true,
  logger: false,
  addUsedSchema: false,
  code: { optimize: false },
} as const;

/** Left to the Import API: what these cost is up to who writes the schema, and has no bound. */
const unbounded = new Set(["pattern", "patternProperties", "uniqueItems"]);

function compilerOf(Compiler: typeof Ajv.default): Ajv.default {
  const compiler = new Compiler(options);
  addFormats.default(compiler, { mode: "fast" });
  return compiler.addFormat("date-time", dateTime);
}

/** Drafts 6 and 7 read alike what both know. */
const compilers = {
  latest: once(() => compilerOf(Ajv.default)),
  draft4: once(() => compilerOf(AjvDraft4.default)),
};

/** Kept between deliveries, the one used longest ago first. */
const kept = new Map<string, SchemaCheck>();
const utf8 = new TextDecoder();

/** The check of a schema, compiled once. Throws NotASchema. */
export function checkOf({ text, value }: StreamSchema): SchemaCheck {
  const identity = utf8.decode(text);
  const check = kept.get(identity) ?? compile(value);
  kept.delete(identity);
  kept.set(identity, check);
  if (kept.size > schemasKeptMax) kept.delete(kept.keys().next().value!);
  return check;
}

function compile(schema: JsonObject): SchemaCheck {
  const compiler = isDraft4(schema) ? compilers.draft4() : compilers.latest();
  // A dialect that is not known, 2019-09 say, is read as what it has in common with the latest that is.
  const { $schema: _, $id: __, id: ___, ...rest } = bounded(schema) as Record<string, unknown>;
  let validate: ValidateFunction;
  try {
    validate = compiler.compile(rest);
  } catch (error) {
    throw new NotASchema((error as Error).message, { cause: error });
  } finally {
    compiler.removeSchema(rest);
  }
  return {
    faults(text) {
      if (validate(JSON.parse(text))) return [];
      return (validate.errors ?? []).map(faultOf);
    },
  };
}

/** A schema without what may cost anything. Names of properties are no keywords. */
function bounded(schema: unknown, holdsNames = false): unknown {
  if (Array.isArray(schema)) return schema.map(each => bounded(each));
  if (typeof schema !== "object" || schema === null) return schema;
  const isOpen = !holdsNames && Object.hasOwn(schema, "patternProperties");
  const kept = Object.entries(schema).filter(
    ([name]) => holdsNames || !(unbounded.has(name) || (isOpen && name === "additionalProperties")),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      verbatim.has(name) ? value : bounded(value, !holdsNames && named.has(name)),
    ]),
  );
}

/** Keywords whose value is a map from names to schemas, and those whose value is no schema. */
const named = new Set(["properties", "definitions", "$defs", "dependencies"]);
const verbatim = new Set(["enum", "const", "default", "examples"]);

/** In draft 4, `exclusiveMinimum` is a boolean beside `minimum`: Singer's schemas say nothing of their draft. */
const isDraft4 = (schema: JsonObject) =>
  String(schema.$schema ?? "").includes("draft-04") ||
  /"exclusive(Min|Max)imum":(true|false)/.test(JSON.stringify(schema));

function faultOf({ instancePath, keyword, params, message = "breaks its schema" }: ErrorObject): SchemaFault {
  const path = instancePath.split("/").slice(1).map(unescaped);
  const named = params as { missingProperty?: string; additionalProperty?: string };
  const name = keyword === "required" ? named.missingProperty : named.additionalProperty;
  const field = path[0] ?? name;
  const where = path.length > 1 ? `${path.slice(1).join(".")} ` : "";
  const what = name === undefined || path.length === 0 ? "" : ` (${name})`;
  return {
    ...(field !== undefined && { field }),
    message: `by the stream's schema, ${where}${message}${what}`,
  };
}

/** RFC 6901. */
const unescaped = (part: string) => part.replaceAll("~1", "/").replaceAll("~0", "~");

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
