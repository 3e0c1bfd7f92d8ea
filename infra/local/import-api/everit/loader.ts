import { nameOf } from "../names.ts";
import { arrayCheck, arrayKeywords } from "./arrays.ts";
import { allOf, anyOf, criteria, type Keyword } from "./combined.ts";
import { enumCheck } from "./enums.ts";
import { invalidSchema, type LoadChild, listAt, mapAt, textAt, textsAt } from "./keywords.ts";
import { numberCheck, numberKeywords } from "./numbers.ts";
import { objectCheck, objectKeywords } from "./objects.ts";
import { References, scopeOf } from "./references.ts";
import { stringCheck, stringKeywords } from "./strings.ts";
import { type Check, expectedType, type Schema, violation } from "./violation.ts";

/**
 * Loads a schema as everit-org/json-schema 1.5.1 does (loader/SchemaLoader.java, 2017-03-24), the validator
 * whose messages the Import API quotes. Throws a Refusal for a schema for which its SchemaLoader throws. It
 * is written from that code and from vectors made by running it, not from the core's validation, which it
 * checks.
 *
 * everit reads only a part of JSON Schema: next to an `enum`, nothing else; without a `type`, only the
 * keywords of one kind of value; `not` only without a `type`; and no keyword newer than draft 4.
 */
export function loadSchema(root: Schema): Check {
  const references = new References(root);
  const load = (given: Schema, outer: string | undefined): Check => {
    const schema = withoutNulls(given);
    const scope = scopeOf(schema, outer);
    const check = checkOf(
      schema,
      child => load(child, scope),
      ref => references.checkOf(ref, schema, scope, target => load(target, scope)),
    );
    for (const key of ["id", "title", "description"]) textAt(schema, key);
    return check;
  };
  return load(root, undefined);
}

/**
 * A schema's keywords. everit refuses one that is null, but org.json drops nulls from a map that it is
 * given, and the service's behaviour is not known: a null is ignored.
 */
const withoutNulls = (schema: Schema): Schema => new Map([...schema].filter(([, value]) => value !== null));

type LoadReference = (ref: string) => Check;

function checkOf(schema: Schema, loadChild: LoadChild, loadReference: LoadReference): Check {
  if (schema.has("enum")) return enumCheck(listAt(schema, "enum"));
  const keyword = combinedKeyword(schema);
  if (keyword !== undefined) return combinedCheck(schema, keyword, loadChild);
  if (!schema.has("$ref") && schema.has("type")) return typeCheck(schema, loadChild);
  if (!schema.has("$ref")) return sniffedCheck(schema, loadChild) ?? notCheck(schema, loadChild);
  const ref = schema.get("$ref")!;
  if (typeof ref !== "string") throw invalidSchema('JSONObject["$ref"] not a string.');
  return loadReference(ref);
}

function combinedKeyword(schema: Schema): Keyword | undefined {
  const found = (["allOf", "anyOf", "oneOf"] as const).filter(key => schema.has(key));
  if (found.length <= 1) return found[0];
  throw invalidSchema(`expected at most 1 of 'allOf', 'anyOf', 'oneOf', ${found.length} found`);
}

function combinedCheck(schema: Schema, keyword: Keyword, loadChild: LoadChild): Check {
  const checks = listAt(schema, keyword).map((child, i) => {
    if (child instanceof Map) return loadChild(child);
    throw invalidSchema(`JSONArray[${i}] is not a JSONObject.`);
  });
  const check = criteria[keyword](checks);
  const base = schema.has("type") ? typeCheck(schema, loadChild) : sniffedCheck(schema, loadChild);
  return base === undefined ? check : allOf([base, check]);
}

function typeCheck(schema: Schema, loadChild: LoadChild): Check {
  const type = schema.get("type")!;
  if (typeof type === "string") return namedTypeCheck(type, schema, loadChild);
  if (Array.isArray(type))
    return anyOf(textsAt(schema, "type").map(each => namedTypeCheck(each, schema, loadChild)));
  throw invalidSchema(`key type: expected type is one of JSONArray, String, found: ${nameOf(type)}`);
}

function namedTypeCheck(type: string, schema: Schema, loadChild: LoadChild): Check {
  const typed = types[type];
  if (typed === undefined || !Object.hasOwn(types, type)) throw invalidSchema(`unknown type: [${type}]`);
  return typed(schema, loadChild);
}

const types: Readonly<Record<string, (schema: Schema, loadChild: LoadChild) => Check>> = {
  string: schema => typed("String", stringCheck(schema)),
  integer: schema => typed("Number", numberCheck(schema, true)),
  number: schema => typed("Number", numberCheck(schema, false)),
  object: (schema, loadChild) => typed("JSONObject", objectCheck(schema, loadChild)),
  array: (schema, loadChild) => typed("JSONArray", arrayCheck(schema, loadChild)),
  boolean: () => typed("Boolean", () => undefined),
  null: () => value => (value === null ? undefined : violation(`expected: null, found: ${nameOf(value)}`)),
};

const numbers = new Set(["Integer", "Long", "BigInteger", "Double"]);

function typed(expected: string, check: Check): Check {
  return value => {
    const found = nameOf(value);
    const conforms = expected === "Number" ? numbers.has(found) : found === expected;
    return conforms ? check(value) : expectedType(expected, found);
  };
}

/** Returns the check of a schema without `type`, for the first kind of value with a keyword. */
function sniffedCheck(schema: Schema, loadChild: LoadChild): Check | undefined {
  const hasAny = (keywords: readonly string[]) => keywords.some(key => schema.has(key));
  if (hasAny(arrayKeywords)) return arrayCheck(schema, loadChild);
  if (hasAny(objectKeywords)) return objectCheck(schema, loadChild);
  if (hasAny(numberKeywords)) return numberCheck(schema, false);
  return hasAny(stringKeywords) ? stringCheck(schema) : undefined;
}

function notCheck(schema: Schema, loadChild: LoadChild): Check {
  if (!schema.has("not")) return () => undefined;
  const refused = loadChild(mapAt(schema, "not"));
  return value =>
    refused(value) === undefined
      ? violation("subject must not be valid against schema (not repeated by the sandbox)")
      : undefined;
}
