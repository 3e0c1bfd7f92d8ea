import type { BatchEncoder } from "../persister/ports.ts";
import { encodeAppend } from "./batch-body.ts";
import { bytesAround } from "./body-size.ts";
import { draft4Of } from "./draft4.ts";
import { encodePush } from "./push-body.ts";
import { encodeActivation, encodeTyped } from "./typed-body.ts";

/**
 * Writes the Import API's bodies. Which endpoint a record goes to, import-api.md section 0: with a schema to `/batch`; with
 * keys alone to `/push`, in the encoding it came in so that instants and decimals keep their types; with neither to `/batch`, a
 * schema inferred.
 */
export function batchEncoder(clientId: number): BatchEncoder {
  return {
    bytesAround,
    schemaBytes: ({ schema }) => (schema === undefined ? 0 : draft4Of(schema).length + schema.namesBytes),
    encode(contents, batch, firstSequence, out) {
      switch (batch.kind) {
        case "upsert":
          return encodePush(contents, batch, firstSequence, clientId, out);
        case "append":
          return encodeAppend(contents, batch, firstSequence, out);
        case "typed":
          return encodeTyped(contents, batch, firstSequence, out);
        case "activate":
          return encodeActivation(batch, firstSequence, out);
      }
    },
  };
}
