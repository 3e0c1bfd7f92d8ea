import type { Value } from "../values.ts";
import {
  countAt,
  expectObject,
  invalidSchema,
  type LoadChild,
  loadNamed,
  mapAt,
  textsAt,
} from "./keywords.ts";
import { type Pattern, patternOf } from "./patterns.ts";
import { type Check, combined, type Schema, type Violation, violation, within } from "./violation.ts";

export const objectKeywords = [
  "properties",
  "required",
  "minProperties",
  "maxProperties",
  "dependencies",
  "patternProperties",
  "additionalProperties",
];

type Members = Map<string, Value>;
type MembersCheck = (members: Members) => readonly Violation[];

/** everit's ObjectSchema, which checks only objects. */
export function objectCheck(schema: Schema, loadChild: LoadChild): Check {
  const checkSize = sizeCheck(schema);
  const properties = propertiesOf(schema, loadChild);
  const isNamed = (name: string) => properties.has(name) || patterns.some(([pattern]) => pattern(name));
  const checkAdditional = additionalCheck(schema, isNamed, loadChild);
  const required = schema.has("required") ? textsAt(schema, "required") : [];
  const patterns = patternsOf(schema, loadChild);
  const checks: readonly MembersCheck[] = [
    members => [...properties].flatMap(([name, check]) => failuresAt(members, name, check)),
    members =>
      required.filter(name => !members.has(name)).map(name => violation(`required key [${name}] not found`)),
    checkAdditional,
    checkSize,
    ...dependencyChecks(schema, loadChild),
    members =>
      patterns.flatMap(([pattern, check]) =>
        [...members.keys()].filter(pattern).flatMap(name => failuresAt(members, name, check)),
      ),
  ];
  return value => (value instanceof Map ? combined(checks.flatMap(check => check(value))) : undefined);
}

function failuresAt(members: Members, name: string, check: Check): Violation[] {
  if (!members.has(name)) return [];
  const failure = check(members.get(name)!);
  return failure === undefined ? [] : [within(name, failure)];
}

function propertiesOf(schema: Schema, loadChild: LoadChild): ReadonlyMap<string, Check> {
  const given = schema.get("properties");
  if (given === undefined) return new Map();
  const named = [...expectObject(given, "null")];
  return new Map(named.map(([name, each]) => [name, loadNamed(each, "null", loadChild)]));
}

function patternsOf(schema: Schema, loadChild: LoadChild): (readonly [Pattern, Check])[] {
  if (!schema.has("patternProperties")) return [];
  return [...mapAt(schema, "patternProperties")].map(([text, child]) => {
    if (!(child instanceof Map)) throw invalidSchema(`JSONObject["${text}"] is not a JSONObject.`);
    return [patternOf(text), loadChild(child)] as const;
  });
}

/** `isNamed` returns whether a property or a pattern names a member. */
function additionalCheck(
  schema: Schema,
  isNamed: (name: string) => boolean,
  loadChild: LoadChild,
): MembersCheck {
  const given = schema.get("additionalProperties") ?? true;
  const additional = (members: Members) => [...members.keys()].filter(name => !isNamed(name));
  if (given === true && schema.get("additionalProperties") !== null) return () => [];
  if (given === false)
    return members => additional(members).map(name => violation(`extraneous key [${name}] is not permitted`));
  const check = loadNamed(
    schema.get("additionalProperties")!,
    "additionalProperties",
    loadChild,
    "Boolean, JSONObject",
  );
  return members => additional(members).flatMap(name => failuresAt(members, name, check));
}

function sizeCheck(schema: Schema): MembersCheck {
  const [least, most] = [countAt(schema, "minProperties"), countAt(schema, "maxProperties")];
  return ({ size }) => {
    if (least !== undefined && size < least) return [violation(`minimum size: [${least}], found: [${size}]`)];
    if (most !== undefined && size > most) return [violation(`maximum size: [${most}], found: [${size}]`)];
    return [];
  };
}

function dependencyChecks(schema: Schema, loadChild: LoadChild): MembersCheck[] {
  if (!schema.has("dependencies")) return [];
  const given = mapAt(schema, "dependencies");
  // RUN: org.json returns no names for an empty object, and everit fails.
  if (given.size === 0) throw invalidSchema("dependencies are empty (the sandbox's words)");
  const names = [...given].filter(([, each]) => Array.isArray(each));
  const schemas = [...given].filter(([, each]) => !Array.isArray(each));
  return [
    ...names.map(([name]) => namesCheck(name, textsAt(given, name))),
    ...schemas.map(([name, each]) => {
      const check = loadNamed(each, "null", loadChild, "JSONArray, JSONObject");
      return (members: Members) => (members.has(name) ? [check(members)].filter(isViolation) : []);
    }),
  ];
}

const isViolation = (each: Violation | undefined): each is Violation => each !== undefined;

const namesCheck =
  (name: string, names: readonly string[]): MembersCheck =>
  members =>
    members.has(name)
      ? [...new Set(names)]
          .filter(each => !members.has(each))
          .map(each => violation(`property [${each}] is required`))
      : [];
