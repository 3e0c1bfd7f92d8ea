import type { Destination, Outcome, Rules } from "../persister/destination.ts";
import { batchesInFlightMax, loneRecordBatchBytesMax } from "../persister/limits.ts";
import { type ImportApiOptions, importApi, keptConnections } from "./client.ts";
import { type BatchEncoder, batchEncoder } from "./encoder.ts";
import type { ImportApi } from "./request.ts";
import { importApiRules } from "./rules.ts";

/**
 * Returns the Import API as the destination of an account's records. A process needs one of these functions:
 * connections and compiled schemas outlive a delivery. It throws a TypeError for an invalid url.
 */
export function importApiDestinations(): (options: ImportApiOptions) => Destination {
  const rules = importApiRules();
  const connections = keptConnections();
  return options => {
    const { clientId } = options.account;
    const api = importApi({ connections, ...options });
    return destinationOf({ clientId, rules, encoder: batchEncoder(clientId), api });
  };
}

interface Parts {
  readonly clientId: number;
  readonly rules: Rules;
  readonly encoder: BatchEncoder;
  readonly api: ImportApi;
}

/** Returns the destination that encodes batches and sends them with these parts. */
export const destinationOf = ({ clientId, rules, encoder, api }: Parts): Destination => ({
  name: "The Import API",
  identity: { name: "import-api", clientId },
  rules,
  sizes: encoder,
  batchesInFlightMax,
  prepare: async ({ contents, firstSequence, deadline }) => ({
    write(batch, out) {
      const request = encoder.encode(contents, batch, firstSequence, out);
      const isDivisible = batch.records.length > 1;
      if (isDivisible && request.body.length >= loneRecordBatchBytesMax) return tooLarge;
      return sendDivisible(isDivisible, api.send(request, deadline));
    },
  }),
});

const tooLarge: Promise<Outcome> = Promise.resolve({ kind: "too-large", attempts: 1 });
const payloadTooLarge = 413;

/** Sends a batch. Several records that the server finds too large may be accepted in halves. */
async function sendDivisible(isDivisible: boolean, sent: Promise<Outcome>): Promise<Outcome> {
  const outcome = await sent;
  const isTooLarge = isDivisible && outcome.kind === "rejected" && outcome.status === payloadTooLarge;
  return isTooLarge ? { kind: "too-large", attempts: outcome.attempts } : outcome;
}
