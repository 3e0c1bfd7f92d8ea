import type { EnvelopeField } from "./envelope.ts";
import type { ValueReader } from "./reader.ts";
import type { StreamSchema } from "./stream-schema.ts";
import { Malformed, stringOf, Uncarriable } from "./text.ts";
import { Kind } from "./visitor.ts";

/** How long names may be, and how many of them keys. */
export interface NameLimits {
  readonly nameCharsMax: number;
  readonly keyNamesMax: number;
}

/** A key is a property at the schema's top: import-api.md section 1.5. */
export function checkKeys(schema: StreamSchema, reader: ValueReader, limits: NameLimits): void {
  const { keyNames } = schema;
  const { textStart } = reader.envelope.schema;
  if (keyNames.length > limits.keyNamesMax)
    throw new Malformed(`more than ${limits.keyNamesMax} keys: a few tell one row from another`, textStart);
  for (const name of keyNames) checkName(name, "key", textStart, limits.nameCharsMax);
  checkProperties(keyNames, schema, reader.envelope.schema);
}

/** Throws Malformed, at the field that says the names, for one that the schema has no property for. */
export function checkProperties(
  names: readonly string[],
  { value: { properties = {} } }: StreamSchema,
  { textStart }: EnvelopeField,
): void {
  for (const name of names) {
    if (typeof properties === "object" && Object.hasOwn(properties ?? {}, name)) continue;
    throw new Malformed(`the key ${JSON.stringify(name)} is no property of the schema: add it`, textStart);
  }
}

/** The names in the `key_fields` of the message just read, none where it has none. Throws for what can't be keys. */
export function keyNamesOf(reader: ValueReader, { keyNamesMax, nameCharsMax }: NameLimits): string[] {
  const { key_fields } = reader.envelope;
  const { keyFields, bytes } = reader;
  if (!key_fields.present || key_fields.kind === Kind.null) return [];
  if (key_fields.kind !== Kind.array && key_fields.kind !== Kind.list && key_fields.kind !== Kind.set) {
    throw new Malformed("`key_fields` is a list of names", key_fields.textStart);
  }
  if (keyFields.count > keyNamesMax) {
    throw new Malformed(
      `more than ${keyNamesMax} key fields: a few tell one row from another`,
      key_fields.textStart,
    );
  }
  const names = new Set<string>();
  for (let i = 0; i < keyFields.count; i++) {
    if (!isName(keyFields.kind(i)))
      throw new Malformed("`key_fields` holds names alone", key_fields.textStart);
    const name = stringOf(bytes, keyFields.start(i), keyFields.end(i));
    checkName(name, "key field", key_fields.textStart, nameCharsMax);
    if (names.has(name)) throw new Malformed("`key_fields` names a field twice", key_fields.textStart);
    names.add(name);
  }
  return [...names];
}

/** Whether a value of this kind may name a stream or a key: transit's keywords and symbols may, too. */
export const isName = (kind: Kind) => kind === Kind.text || kind === Kind.keyword || kind === Kind.symbol;

/**
 * Their loader would reject the rows: import-api.md section 2, "reserved names". It takes those that Stitch's own taps print:
 * tap-postgres's and tap-mysql's `_sdc_deleted_at`, and what tap-s3-csv, tap-sftp and their like say of a row's source.
 */
export const reservedName = /^_(?:sdc(?!_(?:deleted_at|extra)$|_source_)|rjm)/i;

/** Throws for a name that no table or column can have; `what` has it. */
export function checkName(name: string, what: string, position: number, charsMax: number): void {
  if (name.length > charsMax)
    throw new Malformed(`a ${what}'s name of more than ${charsMax} characters`, position);
  if (name.trim() === "") throw new Malformed(`a ${what}'s name is blank`, position);
  if (name.includes("\0")) throw new Malformed(`a ${what}'s name holds NUL`, position);
  if (reservedName.test(name)) {
    throw new Uncarriable(
      `a ${what}'s name that begins with \`_sdc\` or \`_rjm\`: such are the Import API's own`,
      position,
    );
  }
}
