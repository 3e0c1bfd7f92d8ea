import { isDateTime } from "./date-time.ts";
import { nameOf } from "./names.ts";
import { Refusal } from "./refusal.ts";
import { Digits, isInt64, toJson, type Value } from "./values.ts";

type Schema = ReadonlyMap<string, Value>;

/** A schema's faults in a place: their lines as everit 1.5 words them, and how many there are. */
interface Faults {
  readonly lines: readonly string[];
  readonly count: number;
}

const types = new Set(["string", "integer", "number", "boolean", "object", "array", "null"]);

/** Refuses a schema that is none: import-api.md section 1.5. */
export function checkSchema(schema: Schema): void {
  for (const type of typesOf(schema)) {
    if (!types.has(type)) throw invalid(`unknown type: [${type}]`);
  }
  for (const property of mapAt(schema, "properties").values()) checkInner(property, "null");
  const items = schema.get("items") ?? [];
  if (!Array.isArray(items)) checkInner(items, "items");
  else for (const item of items) checkInner(item, "null");
  checkExclusive(schema);
}

/** `key` is what everit calls the place: `null` for what has no keyword of its own. */
function checkInner(schema: Value, key: "null" | "items"): void {
  const expected = key === "items" ? "one of JSONArray, JSONObject" : "one of JSONObject";
  if (!(schema instanceof Map))
    throw invalid(`key ${key}: expected type is ${expected}, found: ${nameOf(schema)}`);
  checkSchema(schema);
}

/** A number's schema alone is asked for them, and wants draft 4's: everit 1.5.1, SchemaLoader.buildNumberSchema. */
function checkExclusive(schema: Schema): void {
  const types = typesOf(schema);
  const isNumber = types.includes("number") || types.includes("integer");
  if (schema.has("enum") || !(isNumber || (types.length === 0 && isSniffedNumber(schema)))) return;
  for (const key of ["exclusiveMinimum", "exclusiveMaximum"]) {
    const value = schema.get(key);
    if (value !== undefined && typeof value !== "boolean")
      throw invalid(`key ${key} : expected type: Boolean , found : ${nameOf(value)}`);
  }
}

/** Without a type, everit goes by what is said, of arrays and objects first: SchemaLoader.sniffSchemaByProps. */
const isSniffedNumber = (schema: Schema) =>
  !ofContainers.some(each => schema.has(each)) && ofNumbers.some(each => schema.has(each));
const ofContainers = [
  "items",
  "additionalItems",
  "minItems",
  "maxItems",
  "uniqueItems",
  "properties",
  "required",
  "minProperties",
  "maxProperties",
  "dependencies",
  "patternProperties",
  "additionalProperties",
];
const ofNumbers = ["minimum", "maximum", "multipleOf"];

const invalid = (words: string) => new Refusal(400, { error: `Invalid JSON schema: ${words}` });

/** The lines that everit would say of a record, none for one that conforms. */
export const violations = (schema: Schema, data: Value): readonly string[] =>
  faultsOf(schema, data, "#").lines;

function faultsOf(schema: Schema, value: Value, place: string): Faults {
  const found = [
    ...typeFaults(schema, value, place),
    ...(value instanceof Map ? objectFaults(schema, value, place) : []),
    ...(Array.isArray(value) ? arrayFaults(schema, value, place) : []),
    ...(typeof value === "string" ? textFaults(schema, value, place) : []),
    ...(value instanceof Digits ? numberFaults(schema, Number(value.text), place) : []),
    ...enumFaults(schema, value, place),
  ];
  const count = found.reduce((sum, each) => sum + each.count, 0);
  const lines = found.flatMap(each => each.lines);
  // One that fails speaks for itself; several are counted by the map or array that holds them.
  return {
    count,
    lines: found.length > 1 ? [`${place}: ${count} schema violations found`, ...lines] : lines,
  };
}

const one = (line: string): Faults => ({ lines: [line], count: 1 });

function typesOf(schema: Schema): string[] {
  const type = schema.get("type");
  if (type === undefined) return [];
  return Array.isArray(type) ? type.map(String) : [String(type)];
}

function typeFaults(schema: Schema, value: Value, place: string): Faults[] {
  const faults = typesOf(schema).map(type => typeFault(type, value, place));
  if (faults.length === 0 || faults.includes(undefined)) return [];
  if (!Array.isArray(schema.get("type"))) return [one(faults[0]!)];
  const head = `${place}: #: no subschema matched out of the total ${faults.length} subschemas`;
  return [{ lines: [head, ...(faults as string[])], count: 1 }];
}

const javaNames: Record<string, string> = {
  string: "String",
  boolean: "Boolean",
  object: "JSONObject",
  array: "JSONArray",
};

function typeFault(type: string, value: Value, place: string): string | undefined {
  const found = nameOf(value);
  const isNumber = value instanceof Digits;
  if (type === "null") return value === null ? undefined : `${place}: expected: null, found: ${found}`;
  if (type === "number" || (type === "integer" && !isNumber)) {
    return isNumber ? undefined : `${place}: expected type: Number, found: ${found}`;
  }
  if (type === "integer")
    return isInt64(value) ? undefined : `${place}: expected type: Integer, found: ${found}`;
  return found === javaNames[type]
    ? undefined
    : `${place}: expected type: ${javaNames[type]}, found: ${found}`;
}

function objectFaults(schema: Schema, value: Map<string, Value>, place: string): Faults[] {
  const properties = mapAt(schema, "properties");
  const required = schema.get("required");
  const missing = (Array.isArray(required) ? required.map(String) : []).filter(name => !value.has(name));
  const extra =
    schema.get("additionalProperties") === false
      ? [...value.keys()].filter(name => !properties.has(name))
      : [];
  const inner = [...properties].flatMap(([name, property]) =>
    value.has(name) ? [faultsOf(property as Map<string, Value>, value.get(name)!, `${place}/${name}`)] : [],
  );
  return [
    ...missing.map(name => one(`${place}: required key [${name}] not found`)),
    ...extra.map(name => one(`${place}: extraneous key [${name}] is not permitted`)),
    ...inner.filter(({ count }) => count > 0),
  ];
}

function arrayFaults(schema: Schema, value: Value[], place: string): Faults[] {
  const items = schema.get("items");
  if (!(items instanceof Map)) return [];
  return value.map((each, i) => faultsOf(items, each, `${place}/${i}`)).filter(({ count }) => count > 0);
}

const dateTimeForms = "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z]";

function textFaults(schema: Schema, value: string, place: string): Faults[] {
  const faults: Faults[] = [];
  const [least, most] = [numberAt(schema, "minLength"), numberAt(schema, "maxLength")];
  const length = [...value].length;
  if (least !== undefined && length < least)
    faults.push(one(`${place}: expected minLength: ${least}, actual: ${length}`));
  if (most !== undefined && length > most)
    faults.push(one(`${place}: expected maxLength: ${most}, actual: ${length}`));
  if (schema.get("format") === "date-time" && !isDateTime(value)) {
    faults.push(one(`${place}: [${value}] is not a valid date-time. Expected ${dateTimeForms}`));
  }
  return faults;
}

function numberFaults(schema: Schema, value: number, place: string): Faults[] {
  const [least, most] = [numberAt(schema, "minimum"), numberAt(schema, "maximum")];
  const text = Number.isInteger(value) ? value.toFixed(1) : String(value);
  if (least !== undefined && value < least)
    return [one(`${place}: ${text} is not higher or equal to ${least}`)];
  if (most !== undefined && value > most) return [one(`${place}: ${text} is not lower or equal to ${most}`)];
  return [];
}

function enumFaults(schema: Schema, value: Value, place: string): Faults[] {
  const allowed = schema.get("enum");
  if (!Array.isArray(allowed) || allowed.some(each => toJson(each) === toJson(value))) return [];
  return [one(`${place}: ${typeof value === "string" ? value : toJson(value)} is not a valid enum value`)];
}

function mapAt(schema: Schema, name: string): Map<string, Value> {
  const value = schema.get(name);
  return value instanceof Map ? value : new Map();
}

function numberAt(schema: Schema, name: string): number | undefined {
  const value = schema.get(name);
  return value instanceof Digits ? Number(value.text) : undefined;
}
