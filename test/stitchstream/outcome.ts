import { parse } from "lossless-json";
import { PersisterError } from "../../functions/persister/errors.ts";
import { requestsOf } from "../persister/delivery.ts";

interface Sent {
  readonly sequence: { readonly value: string };
  readonly [name: string]: unknown;
}
type Batch = { readonly messages: readonly Sent[] } & Record<string, unknown>;

/** A record of transit's `/push`, whose names and values come in turns. */
const ofTransit = (entries: unknown[]): Sent => {
  const digits = String(entries[entries.indexOf("sequence") + 1]).slice("~i".length);
  return { sequence: { value: digits }, entries };
};

/**
 * What the endpoint makes of a body: every record and activation as the Import API receives it, in the
 * streamer's order, and the bookmark; or every line that it refuses, and why.
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
