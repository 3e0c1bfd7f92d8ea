import type { Contents } from "../body/contents.ts";
import type { StreamerState } from "../commit/state.ts";
import type { Batch, Destination } from "../destination.ts";
import { type ErrorDetails, type Fault, PersisterError } from "../errors.ts";
import type { Refusal } from "./forward.ts";

/** Long enough for a service to recover, short enough for a caller to wait, s. */
const retryAfterSeconds = 30;

/**
 * Returns the error for a batch that `destination` did not accept. The caller may resume from `state`'s
 * bookmark; `state` is undefined if the store did not answer.
 */
export function refusalError(
  refusal: Refusal,
  contents: Contents,
  state: StreamerState | undefined,
  destination: Pick<Destination, "name">,
): PersisterError {
  const { outcome } = refusal;
  const details: ErrorDetails = { committed: state ?? "unknown" };
  const said = outcome.message.replace(/\.+$/, "");
  const where = placeOf(refusal.batch, contents);
  const advice =
    state === undefined
      ? "The committed state is unknown: fetch the bookmark and start from it"
      : state.bookmark === undefined
        ? "No bookmark is committed yet: send it all again"
        : "Everything before the bookmark named here is accepted: start the next run from it";
  if (outcome.kind === "rejected") {
    return new PersisterError(
      "rejected",
      `${destination.name} rejected ${where}${statusOf(outcome)}: ${said}. Fix the cause. ${advice}.`,
      { ...details, faults: [rejectedRecord(refusal, contents)], faultsTotal: 1 },
    );
  }
  return outcome.reason === "out-of-time"
    ? new PersisterError(
        "out-of-time",
        `Time ran out for ${where}: ${said}. ${advice}; smaller bodies take less time.`,
        details,
      )
    : new PersisterError("unavailable", `Not accepted: ${where}. ${said}. ${advice}.`, {
        ...details,
        retryAfterSeconds,
      });
}

function placeOf({ records, activation }: Batch, contents: Contents): string {
  if (activation !== undefined) return `the activation of line ${activation.line}`;
  const first = contents.recordLine(records[0]!);
  const last = contents.recordLine(records.at(-1)!);
  return first === last ? `the record of line ${first}` : `the records of lines ${first} to ${last}`;
}

const statusOf = ({ status }: { readonly status?: number }) =>
  status === undefined ? "" : ` with status ${status}`;

function rejectedRecord({ batch, outcome }: Refusal, contents: Contents): Fault {
  if (batch.activation !== undefined) {
    const { line, table } = batch.activation;
    return { line, stream: table.stream, message: outcome.message };
  }
  const { record: index, field } = outcome.kind === "rejected" ? outcome : {};
  const record = batch.records[index ?? 0] ?? batch.records[0]!;
  const { stream } = contents.recordTable(record);
  const message =
    index === undefined
      ? `the first of the batch's ${batch.records.length} records: ${outcome.message}`
      : outcome.message;
  return { line: contents.recordLine(record), stream, ...(field !== undefined && { field }), message };
}
