import type { JsonObject, StreamSchema } from "../../stitchstream/stream-schema.ts";
import { schemasKeptMax, valueRulesKeptMax } from "../limits.ts";
import { checkSchema, type Draft } from "./drafts.ts";
import { numberByValue } from "./exact-number.ts";
import { ExactReader } from "./exact-reader.ts";
import { nodeOf, type SchemaNode } from "./node.ts";
import type { Spend } from "./patterns.ts";
import { schemasIn } from "./positions.ts";
import { forgetRules, rulesKept } from "./rules.ts";

/** Kept between deliveries. */
const kept = new Map<string, SchemaNode>();
const utf8 = new TextDecoder();
const reader = new ExactReader(numberByValue);

/** What a stream's records are held against. Throws NotASchema; `spend` is asked for what compiling its patterns takes. */
export function checkOf({ text, value }: StreamSchema, spend: Spend): SchemaNode {
  const identity = utf8.decode(text);
  const known = kept.get(identity);
  if (known !== undefined) return known;
  const draft = draftOf(value);
  // A dialect that is not known, 2019-09 say, is read as what it has in common with the latest that is.
  const { $schema: _, ...schema } = value as Record<string, unknown>;
  checkSchema(schema, draft);
  const node = nodeOf(reader.read(identity) as JsonObject, spend);
  if (kept.size >= schemasKeptMax || rulesKept() > valueRulesKeptMax) {
    kept.clear();
    forgetRules();
  }
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
