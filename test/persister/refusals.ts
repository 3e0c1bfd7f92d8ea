import type { Rules } from "../../functions/persister/destination.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { requestsOf } from "./delivery.ts";

/** The core's faults in a schema alone; none if it is sent. */
export const refusalsOfSchema = (schema: string): readonly string[] => faultsOf(bodyOf(schema, []));

/** For each value of a property with this schema, the first fault of its record; undefined if it is sent. */
export function refusalsOf(schema: string, values: readonly string[]): readonly (string | undefined)[] {
  const refusals: (string | undefined)[] = values.map(() => undefined);
  for (const fault of faultsOf(bodyOf(schema, values))) {
    const [, line, message] = /^(\d+): (.*)$/s.exec(fault)!;
    refusals[Number(line) - 2] ??= message;
  }
  return refusals;
}

/** A `$ref` points into the property's own schema, unless there are definitions. */
function bodyOf(schema: string, values: readonly string[]): string {
  const { definitions } = JSON.parse(schema) as { readonly definitions?: unknown };
  const root =
    `{"properties":{"v":${schema}}` +
    `${definitions === undefined ? "" : `,"definitions":${JSON.stringify(definitions)}`}}`;
  const records = values.map(value => `{"type":"RECORD","stream":"s","record":{"v":${value}}}`);
  return [`{"type":"SCHEMA","stream":"s","schema":${root}}`, ...records].join("\n");
}

/** Each fault as `line: message`. */
export function faultsOf(body: string, rules?: Rules): readonly string[] {
  try {
    requestsOf(body, rules);
    return [];
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    return (error.details.faults ?? []).map(({ line, message }) => `${line}: ${message}`);
  }
}
