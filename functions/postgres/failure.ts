import { PersisterError } from "../persister/errors.ts";

/** The meaning of a failed statement or connection. */
export type Failure =
  /** Another attempt may succeed. */
  | { readonly kind: "transient"; readonly reason: "unavailable" | "out-of-time"; readonly message: string }
  /** The account may not do this, so no delivery can succeed. */
  | { readonly kind: "denied"; readonly message: string }
  /** The same records fail again. */
  | { readonly kind: "rejected"; readonly message: string; readonly place: Place | undefined };

/** Where rows failed: their relation, and of a COPY the row, from 0 on; the column. */
export interface Place {
  readonly relation: string;
  readonly row: number | undefined;
  readonly column: string | undefined;
}

/** An error's fields without values: postgresql.org/docs/current/protocol-error-fields.html */
interface ServerError {
  readonly code: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  /** Begins with `COPY relation, line n, column c` during a COPY. */
  readonly where?: string;
}

const canceled = "57014";
/**
 * Classes and codes of errors that pass: connection, rollback of a deadlock or a serialization failure,
 * resources such as disk and connections, shutdown, a full or broken system; a standby that took over; locks;
 * a column or table that was dropped meanwhile. postgresql.org/docs/current/errcodes-appendix.html
 */
const transient = /^(08|40|53[0-3]|57|58|25006|25P0[34]|55P03|42703|42P01)/;
/** The role's name or password, the database's name, a right, a limit of the server's configuration. */
const denied = /^(28|3D000|3F000|42501|53400)/;

/** Returns the meaning of an error. No message holds a record's values or a password. */
export function failureOf(error: unknown): Failure {
  if (!isServerError(error)) return connectionFailure(error);
  const { code } = error;
  if (code === canceled)
    return { kind: "transient", reason: "out-of-time", message: "PostgreSQL took too long" };
  if (transient.test(code))
    return { kind: "transient", reason: "unavailable", message: `PostgreSQL reports ${described(error)}` };
  if (denied.test(code)) return { kind: "denied", message: described(error) };
  return { kind: "rejected", message: described(error), place: placeOf(error) };
}

/** A certificate that can't be verified, or a server without TLS. */
const untrusted = /CERT|ERR_TLS|SELF_SIGNED|UNABLE_TO_|does not support SSL/;

/** Throws what is a fault of this code. */
function connectionFailure(error: unknown): Failure {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error;
  const { message } = error;
  const { code = "" } = error as { readonly code?: string };
  if (untrusted.test(`${code} ${message}`)) return { kind: "denied", message: `TLS failed: ${message}` };
  return { kind: "transient", reason: "unavailable", message: `the connection failed: ${message}` };
}

const isServerError = (error: unknown): error is ServerError =>
  error instanceof Error && /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));

/** The server's own messages quote values, so only the condition and names are used. */
function described({ code, column, constraint }: ServerError): string {
  const condition = conditions.find(([codes]) => codes.test(code))?.[1] ?? "an error";
  const named = [column && `column ${column}`, constraint && `constraint ${constraint}`].filter(Boolean);
  return [`${condition} (SQLSTATE ${code})`, ...named].join(", ");
}

const conditions: readonly (readonly [RegExp, string])[] = [
  [/^08/, "a lost connection"],
  [/^22003/, "a number out of range"],
  [/^2200[78]/, "a date or time that it can't hold"],
  [/^22P05|^22021/, "a character that its encoding lacks"],
  [/^22/, "a value that it can't hold"],
  [/^23502/, "a null where none is allowed"],
  [/^23505/, "a value that must be unique"],
  [/^23/, "a constraint that a row violates"],
  [/^28/, "an invalid user or password: correct the account's URL"],
  [/^3D000/, "a database that does not exist: create it, or correct the account's URL"],
  [/^3F000/, "a schema that does not exist"],
  [/^40P01/, "a deadlock"],
  [/^40/, "a serialization failure"],
  [/^42501/, "a missing privilege"],
  [/^53100/, "a full disk"],
  [/^53200/, "a lack of memory, or of locks: increase max_locks_per_transaction if its log says so"],
  [/^53300/, "too many connections"],
  [/^53400/, "a limit of its configuration, such as temp_file_limit: increase it"],
  [/^53/, "insufficient resources"],
  [/^54/, "a row or key that is too large"],
  [/^57P/, "a shutdown"],
];

function placeOf({ where, table, column: named }: ServerError): Place | undefined {
  const [, relation, line, column] =
    /^COPY ("?[a-z0-9_]+"?), line (\d+)(?:, column ("?[a-z0-9_]+"?))?/.exec(where ?? "") ?? [];
  if (relation !== undefined)
    return { relation: bare(relation), row: Number(line) - 1, column: column && bare(column) };
  return table === undefined ? undefined : { relation: table, row: undefined, column: named };
}

const bare = (name: string) => name.replaceAll('"', "");

const retryAfterSeconds = 30;

/** Returns the error of a delivery whose tables could not be prepared. */
export function preparationError(failure: Failure, place: string): PersisterError {
  const message = `Nothing was written to PostgreSQL at ${place}: ${failure.message}.`;
  if (failure.kind !== "transient") return new PersisterError("account-unavailable", message);
  return failure.reason === "out-of-time"
    ? new PersisterError("out-of-time", message)
    : new PersisterError("unavailable", message, { retryAfterSeconds });
}
