import type { JsonObject, StreamSchema } from "../../stitchstream/stream-schema.ts";
import { schemaCharsKeptMax } from "../limits.ts";
import { checkSchema, type Draft } from "./drafts.ts";
import { numberByValue } from "./exact-number.ts";
import { ExactReader } from "./exact-reader.ts";
import { nodeOf, type SchemaNode } from "./node.ts";
import type { Spend } from "./patterns.ts";
import { schemasIn } from "./positions.ts";
import { checkTargets } from "./references.ts";
import { forgetRules } from "./rules.ts";

/** Kept between deliveries. */
const kept = new Map<string, SchemaNode>();
/** Of the schemas that are kept, or whose rules may be; both are up to thirty times as large. */
let keptChars = 0;
const utf8 = new TextDecoder();
const reader = new ExactReader(numberByValue);

/** What a stream's records are held against. Throws NotASchema; `spend` is asked for what reading it takes. */
export function checkOf({ text, value }: StreamSchema, spend: Spend): SchemaNode {
  const identity = utf8.decode(text);
  const known = kept.get(identity);
  if (known !== undefined) return known;
  const draft = draftOf(value);
  // A dialect that is not known, 2019-09 say, is read as what it has in common with the latest that is.
  const { $schema: _, ...schema } = value as Record<string, unknown>;
  const check = (each: JsonObject, name?: string) => {
    spend(stepsOf(each));
    checkSchema(each, draft, name);
  };
  check(schema);
  checkTargets(schema, check);
  if (keptChars + identity.length > schemaCharsKeptMax) {
    kept.clear();
    forgetRules();
    keptChars = 0;
  }
  keptChars += identity.length;
  const node = nodeOf(reader.read(identity) as JsonObject, spend);
  kept.set(identity, node);
  return node;
}

/** In draft 4, `exclusiveMinimum` is a boolean beside `minimum`: Singer's schemas say nothing of their draft. */
function draftOf(schema: JsonObject): Draft {
  if (String(schema.$schema ?? "").includes("draft-04")) return 4;
  for (const { exclusiveMinimum, exclusiveMaximum } of schemasIn(schema))
    if (typeof exclusiveMinimum === "boolean" || typeof exclusiveMaximum === "boolean") return 4;
  return 7;
}

/** A map takes some 4 µs to check and to build, another list or map within a keyword less. */
const stepsPerMap = 100;
const stepsPerList = 25;
const stepsPerScalar = 4;

/** What it costs to read a schema. */
function stepsOf(part: unknown): number {
  if (typeof part !== "object" || part === null) return stepsPerScalar;
  let steps = Array.isArray(part) ? stepsPerList : stepsPerMap;
  for (const each of Object.values(part)) steps += stepsOf(each);
  return steps;
}
