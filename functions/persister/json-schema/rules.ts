import Ajv, { type ValidateFunction } from "ajv";
import AjvDraft4 from "ajv-draft-04";
import draft4 from "ajv-draft-04/dist/refs/json-schema-draft-04.json" with { type: "json" };
import addFormats from "ajv-formats";
import type { JsonObject } from "../../stitchstream/stream-schema.ts";
import { dateTime } from "../../stitchstream/time-extracted.ts";
import { isMultiple } from "./multiple.ts";

/** Draft 4 has boolean `exclusiveMinimum` and `id`; what drafts 6 and 7 both know they read alike. */
export type Draft = 4 | 7;

/** Thrown where a schema is none. */
export class NotASchema extends Error {
  override readonly name = "NotASchema";
}

/** Rules that look at a value alone. The others lead on to more schemas, and are node.ts's. */
const keywords = [
  "type",
  "enum",
  "const",
  "format",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
] as const;

/** Drafts 4 to 7 name them. Their checks take time that grows with the text, not with its square. */
const formats = ["date", "time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "json-pointer"] as const;

/**
 * What is not known is the streamer's own. Rules are of schemas that `checkSchema` has seen whole. The code that is made is not
 * optimized: that costs more than it saves.
 */
const options = {
  strict: false,
  allErrors: true,
  logger: false,
  validateSchema: false,
  addUsedSchema: false,
  code: { optimize: false },
} as const;

/** Draft 4 wants an enum's values to differ, which costs the square of their number to know. */
const meta4 = {
  ...draft4,
  properties: { ...draft4.properties, enum: { type: "array", minItems: 1 }, id: { type: "string" } },
};

const makers = {
  4: () => {
    const compiler = new AjvDraft4.default({ ...options, meta: false });
    compiler.addMetaSchema(meta4);
    compiler.opts.defaultMeta = draft4.id;
    return prepared(compiler);
  },
  7: () => prepared(new Ajv.default(options)),
};
/** A compiler keeps all that it has ever compiled. */
const compilers = new Map<Draft, Ajv.default>();

function compilerOf(draft: Draft): Ajv.default {
  const compiler = compilers.get(draft) ?? makers[draft]();
  compilers.set(draft, compiler);
  return compiler;
}

function prepared(compiler: Ajv.default): Ajv.default {
  addFormats.default(compiler, { mode: "fast", formats: [...formats] });
  compiler.addFormat("date-time", dateTime);
  compiler.removeKeyword("multipleOf");
  return compiler.addKeyword({
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    validate: isMultiple,
    error: { message: ({ schema }) => `must be multiple of ${schema}` },
  });
}

/** Throws NotASchema for what breaks the draft's own schema. */
export function checkSchema(schema: JsonObject, draft: Draft): void {
  const compiler = compilerOf(draft);
  if (compiler.validateSchema(schema) === true) return;
  throw new NotASchema(compiler.errorsText(compiler.errors, { dataVar: "schema" }));
}

/** What a schema says of a value alone. */
export interface ValueRules {
  /** What they cost a value, see walk.ts. */
  readonly steps: number;
  readonly isCompiled: boolean;
  fits(value: unknown): boolean;
  /** What `value` breaks. */
  broken(value: unknown): readonly { readonly message?: string }[];
}

/** Of enums with more values, ajv compares one after the other. */
const enumValuesMax = 50;
const isScalar = (value: unknown) => typeof value !== "object" || value === null;

class AjvRules implements ValueRules {
  readonly steps: number;
  readonly #draft: Draft;
  readonly #schema: JsonObject;
  readonly #enum: ReadonlySet<unknown> | undefined;
  #validate: ValidateFunction | undefined;

  constructor(schema: JsonObject, draft: Draft) {
    const { enum: values = [], ...others } = schema as { enum?: unknown[] };
    const isSet = values.length > enumValuesMax && values.every(isScalar);
    this.#enum = isSet ? new Set(values) : undefined;
    this.#schema = isSet ? others : schema;
    this.#draft = draft;
    this.steps = isSet ? 1 : 1 + values.length;
  }

  get isCompiled(): boolean {
    return this.#validate !== undefined;
  }

  fits(value: unknown): boolean {
    this.#validate ??= this.#compile();
    return (this.#validate(value) as boolean) && (this.#enum === undefined || this.#enum.has(value));
  }

  broken(value: unknown): readonly { readonly message?: string }[] {
    if (this.fits(value)) return [];
    return this.#validate!.errors ?? [{ message: "must be equal to one of the allowed values" }];
  }

  #compile(): ValidateFunction {
    const compiler = compilerOf(this.#draft);
    const validate = compiler.compile(this.#schema);
    compiler.removeSchema(this.#schema);
    return validate;
  }
}

/** Those of the schema `false`. */
export const nothingFits: ValueRules = {
  steps: 1,
  isCompiled: true,
  fits: () => false,
  broken: () => [{ message: "is not allowed" }],
};

/** Streams' columns are of few types, so that the same rules serve many. Kept between deliveries. */
const kept = new Map<string, ValueRules>();
export const rulesKept = (): number => kept.size;
export function forgetRules(): void {
  kept.clear();
  compilers.clear();
}

/** The rules of a schema by itself; undefined where it has none. */
export function rulesOf(schema: JsonObject, draft: Draft): ValueRules | undefined {
  const rules: Record<string, unknown> = {};
  for (const keyword of keywords) if (Object.hasOwn(schema, keyword)) rules[keyword] = schema[keyword];
  const key = JSON.stringify(rules);
  if (key === "{}") return undefined;
  const identity = `${draft}${key}`;
  let known = kept.get(identity);
  if (known === undefined) {
    known = new AjvRules(rules, draft);
    kept.set(identity, known);
  }
  return known;
}
