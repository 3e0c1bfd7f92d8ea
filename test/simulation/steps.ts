/** The purpose of a call into the world: the steps of a delivery, and those before and after it. */
export const steps = [
  // A client's: requests to the endpoint, `persist`'s output, a streamer's output.
  "fetch",
  "send",
  "print",
  "stream",
  // The endpoint's.
  "authenticate",
  "archive",
  "look-up",
  "read",
  "account",
  "history",
  "begin",
  "save-record",
  "prepare",
  "forward",
  "activate",
  "bookmark",
  "receipt",
  "commit",
  "release",
  "failure",
  "entry",
  "day",
  "change",
] as const;
export type Step = (typeof steps)[number];

/** The receiver of a call. */
export type Service =
  | "table"
  | "archive"
  | "bucket"
  | "secrets"
  | "import-api"
  | "database"
  | "endpoint"
  | "persist"
  | "self";
