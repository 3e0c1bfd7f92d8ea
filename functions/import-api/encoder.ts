import type { BatchEncoder } from "../persister/ports.ts";
import { encodeAppend } from "./batch-body.ts";
import { bytesAround } from "./body-size.ts";
import { Envelopes, encodePush } from "./push-body.ts";

/**
 * Writes the Import API's bodies. Which endpoint a record goes to, import-api.md section 0: with keys to `/push`, in the
 * encoding it came in so that instants and decimals keep their types; without, to `/batch` with a schema inferred.
 */
export function batchEncoder(clientId: number): BatchEncoder {
  const envelopes = new Envelopes(clientId);
  return {
    bytesAround,
    encode: (contents, batch, firstSequence) =>
      batch.kind === "upsert"
        ? encodePush(contents, batch, firstSequence, envelopes)
        : encodeAppend(contents, batch, firstSequence),
  };
}
