import { Malformed, stringOf, Uncarriable } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { ValueReader } from "./reader.ts";
import type { StreamSchema } from "./stream-schema.ts";

/** Limits on names and on the number of keys. */
export interface NameLimits {
  readonly nameCharsMax: number;
  readonly keyNamesMax: number;
  /**
   * Whether the destination reserves this name for a column or table. Called for names that begin with `_`.
   */
  readonly isReserved: (name: string) => boolean;
}

/**
 * Throws for key names that no column can have. Key values are checked in the records: the schema need not
 * declare keys, and tap-mongodb's, `{"type":"object"}`, does not (docs/import-api.md section 1.5).
 */
export function checkKeys({ keyNames }: StreamSchema, reader: ValueReader, limits: NameLimits): void {
  const { textStart } = reader.envelope.schema;
  if (keyNames.length > limits.keyNamesMax)
    throw new Malformed(`more than ${limits.keyNamesMax} keys: a few identify a row`, textStart);
  for (const name of keyNames) checkName(name, "key", textStart, limits);
}

/**
 * Returns the names in the `key_fields` of the message just read, none where it has none. Throws for what
 * can't be keys.
 */
export function keyNamesOf(reader: ValueReader, limits: NameLimits): string[] {
  const { keyNamesMax } = limits;
  const { key_fields } = reader.envelope;
  const { keyFields, bytes } = reader;
  if (!key_fields.present || key_fields.kind === Kind.null) return [];
  if (key_fields.kind !== Kind.array && key_fields.kind !== Kind.list && key_fields.kind !== Kind.set) {
    throw new Malformed("`key_fields` must be a list of names", key_fields.textStart);
  }
  if (keyFields.count > keyNamesMax) {
    throw new Malformed(`more than ${keyNamesMax} key fields: a few identify a row`, key_fields.textStart);
  }
  const names = new Set<string>();
  for (let i = 0; i < keyFields.count; i++) {
    if (!isName(keyFields.kind(i)))
      throw new Malformed("`key_fields` must hold only names", key_fields.textStart);
    const name = stringOf(bytes, keyFields.start(i), keyFields.end(i));
    checkName(name, "key field", key_fields.textStart, limits);
    names.add(name);
  }
  return [...names];
}

/**
 * Returns whether a value of this kind may name a stream or a key: transit's keywords and symbols may as
 * well.
 */
export const isName = (kind: Kind) => kind === Kind.text || kind === Kind.keyword || kind === Kind.symbol;

/** Throws for a name that no table or column can have. `what` says in the message whose name it is. */
export function checkName(
  name: string,
  what: string,
  position: number,
  { nameCharsMax, isReserved }: NameLimits,
): void {
  if (name.length > nameCharsMax)
    throw new Malformed(`a ${what}'s name of more than ${nameCharsMax} characters`, position);
  if (name.trim() === "") throw new Malformed(`a ${what}'s name is blank`, position);
  if (name.includes("\0")) throw new Malformed(`a ${what}'s name contains NUL`, position);
  if (name.startsWith("_") && isReserved(name)) {
    throw new Uncarriable(
      `a ${what}'s name that the destination reserves, ${name}: choose another`,
      position,
    );
  }
}
