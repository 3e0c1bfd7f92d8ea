import type { LosslessNumber } from "lossless-json";
import { integerOf } from "./json.ts";

/** A value of a record: JSON, with numbers as they were written, and instants. */
type Value = Scalar | readonly Value[] | { readonly [name: string]: Value };
type Scalar = string | number | LosslessNumber | boolean | null | Date;
export type Row = { readonly [column: string]: Value };

type JsonSchema = Readonly<Record<string, unknown>>;

/** The form of a source's instants: ISO 8601, or a number since the epoch. */
type InstantForm = "iso" | "seconds" | "milliseconds";

/** A stream's table. */
export interface Table {
  readonly name: string;
  readonly keys: readonly string[];
  /** A record's schema (json-schema.org, draft 4), which requires the keys. */
  readonly schema: JsonSchema;
  /** Returns a source's record with its instants as Dates. Undeclared columns are kept. */
  row(given: object): Row;
}

/** Columns by type, as names separated by spaces. */
interface Columns {
  readonly keys: string;
  readonly instantsAre?: InstantForm;
  readonly instants?: string;
  readonly texts?: string;
  readonly integers?: string;
  readonly numbers?: string;
  readonly booleans?: string;
  readonly objects?: string;
  readonly lists?: string;
}

const types: Readonly<Record<Exclude<keyof Columns, "keys" | "instantsAre">, JsonSchema>> = {
  instants: { type: "string", format: "date-time" },
  texts: { type: "string" },
  integers: { type: "integer" },
  numbers: { type: "number" },
  booleans: { type: "boolean" },
  objects: { type: "object" },
  lists: { type: "array" },
};

const namesIn = (list: string | undefined) => list?.split(/\s+/).filter(name => name !== "") ?? [];

/** Defines a table, whose columns are nullable except for the keys. */
export function table(name: string, columns: Columns): Table {
  const keys = namesIn(columns.keys);
  const properties: Record<string, JsonSchema> = {};
  for (const [group, type] of Object.entries(types)) {
    for (const column of namesIn(columns[group as keyof typeof types])) {
      properties[column] = keys.includes(column) ? type : { ...type, type: ["null", type.type] };
    }
  }
  const undeclared = keys.filter(key => properties[key] === undefined);
  if (undeclared.length > 0) throw new Error(`${name}: no type is declared for the key ${undeclared}`);
  const instants = namesIn(columns.instants);
  const form = columns.instantsAre ?? "iso";
  return {
    name,
    keys,
    schema: { type: "object", properties, required: keys },
    row(given) {
      const row = { ...given } as Record<string, Value>;
      for (const column of instants) {
        const value = row[column];
        if (value !== undefined) row[column] = instantOf(value, form);
      }
      return row;
    },
  };
}

/** A Date has a resolution of milliseconds. */
const isFiner = /\.\d{3}\d*[1-9]/;

/**
 * Leaves a value that is not an instant, or that is finer than a Date, unchanged: the endpoint's validation
 * names the line of a fault.
 */
function instantOf(value: Value, form: InstantForm): Value {
  const given = form !== "iso" ? integerOf(value) : typeof value === "string" ? value : undefined;
  if (given === undefined || isFiner.test(String(given))) return value;
  const date = new Date(form === "seconds" ? Number(given) * 1_000 : given);
  return Number.isNaN(date.getTime()) ? value : date;
}
