import { batchEncoder } from "../../functions/import-api/encoder.ts";
import type { ImportRequest } from "../../functions/import-api/request.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { batches } from "../../functions/persister/forward/batch.ts";
import { Tracker } from "../../functions/persister/forward/tracker.ts";
import { ByteWriter } from "../../functions/values/byte-writer.ts";

const encoder = batchEncoder(4242);
const ownRules = importApiRules();
await ownRules.schemas.loadPatterns();
export const firstSequence = 1_735_689_600_000_000_000n;

/** The requests for a body if every batch is accepted, and the bookmark after them. */
export function requestsOf(
  body: string | Uint8Array,
  rules = ownRules,
): {
  requests: ImportRequest[];
  bookmark: string | undefined;
} {
  const contents = validate(typeof body === "string" ? Buffer.from(body) : body, {
    sizes: encoder,
    rules,
  });
  const tracker = new Tracker();
  const requests: ImportRequest[] = [];
  for (const batch of batches(contents, encoder, tracker)) {
    requests.push(encoder.encode(contents, batch, firstSequence, new ByteWriter()));
    tracker.accept(batch.ticket);
  }
  const value = tracker.safe()?.value;
  return { requests, bookmark: value && Buffer.from(value).toString() };
}
