import * as limits from "../persister/limits.ts";
import { readerOf } from "../stitchstream/readers.ts";
import type { StreamSchema } from "../stitchstream/stream-schema.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { pointersByName } from "./draft4-roles.ts";
import { targetsIn } from "./draft4-targets.ts";
import { Draft4Writer } from "./draft4-writer.ts";

/** Schemas as they are sent. Translations are kept between deliveries, as compiled schemas are. */
export class Draft4Schemas {
  readonly #ofSchema = new WeakMap<StreamSchema, Uint8Array>();
  readonly #ofText = new Map<string, Uint8Array>();
  /** The total length of the keys of `#ofText`. */
  #chars = 0;
  /** Consecutive records often have one schema. */
  #last: { readonly schema: StreamSchema; readonly text: Uint8Array } | undefined;

  /** Returns `draft4Of(schema)`. */
  of(schema: StreamSchema): Uint8Array {
    if (this.#last?.schema === schema) return this.#last.text;
    const text = this.#ofSchema.get(schema) ?? this.#find(schema);
    this.#ofSchema.set(schema, text);
    this.#last = { schema, text };
    return text;
  }

  #find(schema: StreamSchema): Uint8Array {
    const key = Buffer.from(schema.text.buffer, schema.text.byteOffset, schema.text.length).toString(
      "latin1",
    );
    const known = this.#ofText.get(key);
    if (known !== undefined) return known;
    const text = draft4Of(schema);
    if (this.#chars + key.length > limits.schemaCharsKeptMax) {
      this.#ofText.clear();
      this.#chars = 0;
    }
    this.#chars += key.length;
    this.#ofText.set(key, text);
    return text;
  }
}

/**
 * Returns a schema as JSON of draft 4, which the Import API accepts. Translates what drafts 6 and 7 write in
 * forms that it refuses as "Invalid JSON schema" (import-api.md section 1.5): boolean schemas and numeric
 * exclusive bounds, wherever a `$ref` leads, and a `$ref` to a `#name`. Everything else is unchanged.
 */
export function draft4Of(schema: StreamSchema): Uint8Array {
  const out = new ByteWriter(schema.text.length);
  const value = referringValue(schema);
  const writer = new Draft4Writer(out, targetsIn(value), pointersByName(value));
  const line = Buffer.concat([before, schema.text, after]);
  readerOf({ encoding: "json" }, line, limits).readField(0, "schema", writer);
  return writer.isChanged ? out.view().slice() : schema.text;
}

/** Parses a schema that may have a `$ref`, as a backslash may hide one; undefined for others. */
function referringValue({ text }: StreamSchema): unknown {
  const json = Buffer.from(text.buffer, text.byteOffset, text.length);
  return json.includes("$ref") || json.includes("\\") ? JSON.parse(json.toString()) : undefined;
}

const before = Buffer.from('{"schema":');
const after = Buffer.from("}\n");
