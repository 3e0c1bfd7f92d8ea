/**
 * The type that the Import API requires of a keyword's value: everit json-schema 1.5.1, the loaders'
 * `ifPresent` and `get…`.
 */
type Shape = readonly [is: (value: unknown) => boolean, words: string];

const isFlag = (value: unknown) => typeof value === "boolean";
const isText = (value: unknown) => typeof value === "string";
/** An ExactNumber is an object of its own class. */
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
/** Returns whether a value is a double or an ExactNumber. */
export const isNumber = (value: unknown) =>
  (typeof value === "number" || (typeof value === "object" && !Array.isArray(value) && !isMap(value))) &&
  Number.isFinite(Number(`${value}`));
/** A boolean is sent translated to draft 4: draft4-writer.ts. */
const isSchema = (value: unknown) => isFlag(value) || isMap(value);
const isListOf = (is: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is);
const isMapOf = (is: (value: unknown) => boolean) => (value: unknown) =>
  isMap(value) && Object.values(value).every(is);

const types = ["array", "boolean", "integer", "null", "number", "object", "string"];
const isType = (value: unknown) => types.includes(value as string);

const number: Shape = [isNumber, "a number"];
/**
 * 2.0 is not an integer. Java's Integer has 32 bits, but tap-mysql's `maxLength` of a longtext has more, and
 * loads.
 */
const count: Shape = [value => isNumber(value) && /^-?\d+$/.test(`${value}`), "an integer"];
const exclusive: Shape = [value => isFlag(value) || isNumber(value), "a boolean or a number"];
const flag: Shape = [isFlag, "a boolean"];
const text: Shape = [isText, "a string"];
const schema: Shape = [isSchema, "a schema"];
const schemas: Shape = [isListOf(isSchema), "a list of schemas"];
const schemasByName: Shape = [isMapOf(isSchema), "a map of schemas"];
const names: Shape = [isListOf(isText), "a list of names"];

const shapes: Readonly<Record<string, Shape>> = {
  title: text,
  description: text,
  id: text,
  enum: [Array.isArray, "a list"],
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  not: schema,
  $ref: text,
  items: [value => isSchema(value) || isListOf(isSchema)(value), "a schema or a list of them"],
  additionalItems: schema,
  minItems: count,
  maxItems: count,
  uniqueItems: flag,
  properties: schemasByName,
  patternProperties: schemasByName,
  additionalProperties: schema,
  required: names,
  minProperties: count,
  maxProperties: count,
  // An empty map causes a NullPointerException.
  dependencies: [
    value =>
      isMapOf(each => isSchema(each) || names[0](each))(value) && Object.keys(value as object).length > 0,
    "a map of schemas or lists of names",
  ],
  minimum: number,
  maximum: number,
  exclusiveMinimum: exclusive,
  exclusiveMaximum: exclusive,
  multipleOf: number,
  minLength: count,
  maxLength: count,
  pattern: text,
  format: text,
};

/** Keywords that are read but refuse no record. */
export const annotations: ReadonlySet<string> = new Set(["title", "description", "id"]);

/** Returns why the Import API can't read a keyword's value; undefined if it can. */
export function faultIn(keyword: string, value: unknown): string | undefined {
  if (keyword === "type") return typeFault(value);
  const [is, words] = shapes[keyword]!;
  return is(value) ? undefined : `has ${keyword}: ${shown(value)}, which is not ${words}`;
}

function typeFault(type: unknown): string | undefined {
  if (Array.isArray(type) ? type.every(isType) : isType(type)) return undefined;
  const unknown = Array.isArray(type) ? type.find(each => !isType(each)) : type;
  const date = /^(?:date|time)/.test(`${unknown}`)
    ? '; a time is {"type":"string","format":"date-time"}'
    : "";
  return `has the type ${shown(unknown)}; allowed are ${types.join(", ")}${date}`;
}

const shown = (value: unknown) => (JSON.stringify(value) ?? "nothing").slice(0, 100);
