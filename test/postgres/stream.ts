/** Messages of Singer streams, a line each. */
export const schema = (stream: string, properties: object, keys: readonly string[] = ["id"]): string =>
  JSON.stringify({ type: "SCHEMA", stream, key_properties: keys, schema: { properties } });

export const record = (stream: string, data: object, version?: number): string =>
  JSON.stringify({ type: "RECORD", stream, record: data, ...(version !== undefined && { version }) });

/** A record without a schema. */
export const keyed = (stream: string, data: object, version?: number): string =>
  JSON.stringify({
    ...{ type: "RECORD", stream, key_fields: ["id"], record: data },
    ...(version !== undefined && { version }),
  });

export const activation = (stream: string, version: number): string =>
  JSON.stringify({ type: "ACTIVATE_VERSION", stream, version });

export const body = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;
