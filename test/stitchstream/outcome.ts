import { parse } from "lossless-json";
import { PersisterError } from "../../functions/persister/errors.ts";
import { requestsOf } from "../persister/delivery.ts";

interface Sent {
  readonly sequence: { readonly value: string };
  readonly [name: string]: unknown;
}
type Batch = { readonly messages: readonly Sent[] } & Record<string, unknown>;

/** A record in transit's `/push`, with alternating names and values. */
const ofTransit = (entries: unknown[]): Sent => {
  const digits = String(entries[entries.indexOf("sequence") + 1]).slice("~i".length);
  return { sequence: { value: digits }, entries };
};

/**
 * The outcome of a body: every record and activation as the Import API receives it, in the streamer's
 * order, with the bookmark; or every refused line, with the reason.
 */
export function outcomeOf(body: string | Uint8Array) {
  try {
    const { requests, bookmark } = requestsOf(body);
    const sent = requests.flatMap(({ endpoint, contentType, body: bytes }): Sent[] => {
      const request = parse(Buffer.from(bytes).toString());
      if (contentType !== "application/json") return (request as unknown[][]).map(ofTransit);
      if (endpoint === "push") return request as Sent[];
      const { messages, ...table } = request as Batch;
      return messages.map(message => ({ ...message, ...table }));
    });
    const inOrder = sent.toSorted((a, b) => a.sequence.value.localeCompare(b.sequence.value));
    return { sent: inOrder, bookmark: bookmark && parse(bookmark) };
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const { faults = [] } = error.details;
    const refused = faults.map(({ line, field, message }) => {
      return { line, field, message: message.replace(/, at byte \d+ of the line$/, "") };
    });
    return { refused };
  }
}
