import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { batches } from "../../functions/persister/forward/batch.ts";
import { Tracker } from "../../functions/persister/forward/tracker.ts";
import { ByteWriter } from "../../functions/values/byte-writer.ts";

const encoder = batchEncoder(4242);
const rules = importApiRules();
await rules.schemas.loadPatterns();
/** Each batch is written into the same memory, as in `forward`. */
const out = new ByteWriter(0);

/** All work on a body except the network. Returns the number of bytes sent. */
export function decodeToBatches(body: Buffer): number {
  const contents = validate(body, { sizes: encoder, rules });
  const tracker = new Tracker();
  let bytes = 0;
  for (const batch of batches(contents, encoder, tracker)) {
    bytes += encoder.encode(contents, batch, 1_735_689_600_000_000_000n, out).body.length;
    tracker.accept(batch.ticket);
  }
  return bytes;
}
