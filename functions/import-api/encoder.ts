import type { Contents } from "../persister/body/contents.ts";
import type { Batch, BatchSizes } from "../persister/destination.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import { encodeAppend } from "./batch-body.ts";
import { bytesAround } from "./body-size.ts";
import { Draft4Schemas } from "./draft4.ts";
import { encodePush, PushHeads } from "./push-body.ts";
import type { ImportRequest } from "./request.ts";
import { encodeActivation, encodeTyped } from "./typed-body.ts";

/** Encodes requests: defines how a record is written on the wire. */
export interface BatchEncoder extends BatchSizes {
  /**
   * Returns the finished request for records of `contents`. Each record's sequence is `firstSequence` plus
   * its index in the delivery. The body is written to `out`, from its beginning.
   */
  encode(contents: Contents, batch: Batch, firstSequence: bigint, out: ByteWriter): ImportRequest;
}

/**
 * Writes the Import API's request bodies. Records with a schema go to `/batch`. Records with only keys go to
 * `/push`, in their original encoding so that instants and decimals keep their types. Records with neither go
 * to `/batch` with an inferred schema (import-api.md section 0).
 */
export function batchEncoder(clientId: number): BatchEncoder {
  const schemas = new Draft4Schemas();
  const heads = new WeakMap<Contents, PushHeads>();
  const headsOf = (contents: Contents, firstSequence: bigint) => {
    const known = heads.get(contents);
    if (known?.firstSequence === firstSequence) return known;
    const added = new PushHeads(firstSequence, clientId, contents.header.encoding);
    heads.set(contents, added);
    return added;
  };
  return {
    bytesAround,
    schemaBytes: ({ schema }) => (schema === undefined ? 0 : schemas.of(schema).length + schema.namesBytes),
    encode(contents, batch, firstSequence, out) {
      out.begin(batch.bytes);
      const encoding = { contents, batch, firstSequence, out };
      switch (batch.kind) {
        case "upsert":
          return encodePush(encoding, headsOf(contents, firstSequence));
        case "append":
          return encodeAppend(encoding);
        case "typed":
          return encodeTyped(encoding, schemas);
        case "activate":
          return encodeActivation(encoding, schemas);
      }
    },
  };
}
