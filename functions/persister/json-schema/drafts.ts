import Ajv from "ajv";
import draft7 from "ajv/dist/refs/json-schema-draft-07.json" with { type: "json" };
import AjvDraft4 from "ajv-draft-04";
import draft4 from "ajv-draft-04/dist/refs/json-schema-draft-04.json" with { type: "json" };
import addFormats from "ajv-formats";
import type { JsonObject } from "../../stitchstream/stream-schema.ts";
import { dateTime } from "../../stitchstream/time-extracted.ts";

/** Draft 4 has boolean `exclusiveMinimum` and `id`; what drafts 6 and 7 both know they read alike. */
export type Draft = 4 | 7;

/** Thrown where a schema is none. */
export class NotASchema extends Error {
  override readonly name = "NotASchema";
}

/** Drafts 4 to 7 name them. Their checks take time that grows with the text, not with its square. */
const formats = ["date", "hostname", "ipv4", "ipv6", "uri", "uuid"] as const;
const email = addFormats.default.get("email", "fast") as RegExp;
/** Those whose expressions in ajv-formats take too much of the stack for a long text, or are not the Import API's. */
const formatsOurs = {
  "date-time": dateTime,
  // RFC 5321 section 4.5.3.1: a local part of 64 characters, a domain of 255.
  email: (text: string) => text.length <= 320 && email.test(text),
  // Taps print a column's time of the day without a zone, and the Import API does not look at it.
  time: addFormats.default.get("iso-time", "fast"),
  "json-pointer": (text: string) => /^(?:\/|$)/.test(text) && !/~(?![01])/.test(text),
};
const formatsKnown: ReadonlySet<unknown> = new Set([...formats, ...Object.keys(formatsOurs)]);

/** What is not known is the streamer's own. The first error is enough: ajv takes a second for thousands. */
const options = { strict: false, logger: false, addUsedSchema: false } as const;

/** What either draft's own schema says otherwise here. */
const ours = {
  // That values differ takes ajv the square of their number, where they are no texts; and doubles may not tell.
  enum: { type: "array", minItems: 1 },
  type: {
    anyOf: [
      { $ref: "#/definitions/simpleTypes" },
      {
        type: "array",
        items: { type: "string", $ref: "#/definitions/simpleTypes" },
        minItems: 1,
        uniqueItems: true,
      },
    ],
  },
  $defs: { type: "object", additionalProperties: { $ref: "#" } },
} as const;
const anySchema = { anyOf: [{ type: "boolean" }, { $ref: "#" }] } as const;
/** Singer's schemas say nothing of their draft: what draft 4 has no words for is read in it all the same. */
const newer = {
  contains: anySchema,
  propertyNames: anySchema,
  if: anySchema,
  // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
  then: anySchema,
  else: anySchema,
} as const;
const meta4 = { ...draft4, properties: { ...draft4.properties, ...newer, ...ours, id: { type: "string" } } };
const meta7 = { ...draft7, properties: { ...draft7.properties, ...ours } };

const makers = {
  4: () => {
    const compiler = new AjvDraft4.default({ ...options, meta: false });
    compiler.addMetaSchema(meta4);
    compiler.opts.defaultMeta = draft4.id;
    return compiler;
  },
  7: () => {
    const compiler = new Ajv.default({ ...options, meta: false });
    compiler.addMetaSchema(meta7);
    compiler.opts.defaultMeta = draft7.$id;
    addFormats.default(compiler, { mode: "fast", formats: [...formats] });
    for (const [name, format] of Object.entries(formatsOurs)) compiler.addFormat(name, format);
    return compiler;
  },
};
const compilers = new Map<Draft, Ajv.default>();

function compilerOf(draft: Draft): Ajv.default {
  const compiler = compilers.get(draft) ?? makers[draft]();
  compilers.set(draft, compiler);
  return compiler;
}

/** Throws NotASchema for what breaks the draft's own schema, and says where below `name`. */
export function checkSchema(schema: JsonObject, draft: Draft, name = "schema"): void {
  const compiler = compilerOf(draft);
  if (compiler.validateSchema(schema) === true) return;
  throw new NotASchema(compiler.errorsText(compiler.errors, { dataVar: name }));
}

/** Compiled once each: they are few. */
const formatsCompiled = new Map<unknown, (value: unknown) => boolean>();

/** Says whether a text is as `format` names it; undefined for formats that are not known. */
export function formatOf(format: unknown): ((value: unknown) => boolean) | undefined {
  if (!formatsKnown.has(format)) return undefined;
  const validate = formatsCompiled.get(format) ?? compilerOf(7).compile<unknown>({ format });
  formatsCompiled.set(format, validate);
  return validate;
}
