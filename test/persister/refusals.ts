import { PersisterError } from "../../functions/persister/errors.ts";
import type { Rules } from "../../functions/persister/ports.ts";
import { requestsOf } from "./delivery.ts";

/** What the core says of a schema by itself, none where it is sent. */
export const refusalsOfSchema = (schema: string): readonly string[] => faultsOf(bodyOf(schema, []));

/**
 * What the core says of each value of a property that has this schema: the first fault of its record,
 * undefined where it is sent.
 */
export function refusalsOf(schema: string, values: readonly string[]): readonly (string | undefined)[] {
  const refusals: (string | undefined)[] = values.map(() => undefined);
  for (const fault of faultsOf(bodyOf(schema, values))) {
    const [, line, message] = /^(\d+): (.*)$/s.exec(fault)!;
    refusals[Number(line) - 2] ??= message;
  }
  return refusals;
}

/** A `$ref` in the schema is of its own root: it is that of the property alone where there are none. */
function bodyOf(schema: string, values: readonly string[]): string {
  const { definitions } = JSON.parse(schema) as { readonly definitions?: unknown };
  const root =
    `{"properties":{"v":${schema}}` +
    `${definitions === undefined ? "" : `,"definitions":${JSON.stringify(definitions)}`}}`;
  const records = values.map(value => `{"type":"RECORD","stream":"s","record":{"v":${value}}}`);
  return [`{"type":"SCHEMA","stream":"s","schema":${root}}`, ...records].join("\n");
}

/** `line: message` of each fault. */
export function faultsOf(body: string, rules?: Rules): readonly string[] {
  try {
    requestsOf(body, rules);
    return [];
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    return (error.details.faults ?? []).map(({ line, message }) => `${line}: ${message}`);
  }
}
