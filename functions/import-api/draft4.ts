import * as limits from "../persister/limits.ts";
import { readerOf } from "../stitchstream/readers.ts";
import type { StreamSchema } from "../stitchstream/stream-schema.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { Targets, targetsIn } from "./draft4-targets.ts";
import { Draft4Writer } from "./draft4-writer.ts";

const sent = new WeakMap<StreamSchema, Uint8Array>();
/** Records of a schema come one after the other. */
let last: { readonly schema: StreamSchema; readonly text: Uint8Array } | undefined;

/**
 * A schema as the Import API takes it, JSON of draft 4: as it came, but for what drafts 6 and 7 say in forms that the Import
 * API refuses as "Invalid JSON schema", import-api.md section 1.5: schemas that are booleans, and bounds that are exclusive by
 * themselves, wherever a `$ref` finds them; and names for a `$ref`, which have been `id`.
 *
 * What else is new since draft 4, `const` and `if` say, it passes over (everit-org/json-schema 1.5.1, SchemaLoader.java): we hold
 * the records against it ourselves. `const` as an `enum` would be worse than nothing: to everit 1.0 is not 1.
 */
export function draft4Of(schema: StreamSchema): Uint8Array {
  if (last?.schema === schema) return last.text;
  const text = sent.get(schema) ?? rewritten(schema);
  sent.set(schema, text);
  last = { schema, text };
  return text;
}

function rewritten(schema: StreamSchema): Uint8Array {
  const out = new ByteWriter(schema.text.length);
  const writer = new Draft4Writer(out, targetsOf(schema));
  const line = Buffer.concat([before, schema.text, after]);
  readerOf({ encoding: "json" }, line, limits).readField(0, "schema", writer);
  return writer.isChanged ? out.view().slice() : schema.text;
}

/** Most schemas have no `$ref`; a backslash may hide one. */
function targetsOf({ text }: StreamSchema): Targets {
  const json = Buffer.from(text.buffer, text.byteOffset, text.length);
  const hasAny = json.includes("$ref") || json.includes("\\");
  return hasAny ? targetsIn(JSON.parse(json.toString())) : new Targets();
}

const before = Buffer.from('{"schema":');
const after = Buffer.from("}\n");
