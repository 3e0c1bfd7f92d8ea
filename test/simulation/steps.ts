/** What a call into the world is for: the steps of a delivery, and what comes before and after it. */
export const steps = [
  // A client's: what it asks of the endpoint, what `persist` prints, what a streamer prints.
  "fetch",
  "send",
  "print",
  "stream",
  // The endpoint's.
  "authenticate",
  "archive",
  "recall",
  "read",
  "account",
  "history",
  "begin",
  "remember",
  "forward",
  "activate",
  "bookmark",
  "receipt",
  "commit",
  "release",
  "failure",
  "change",
] as const;
export type Step = (typeof steps)[number];

/** What a call goes to. */
export type Service =
  | "table"
  | "archive"
  | "bucket"
  | "secrets"
  | "import-api"
  | "endpoint"
  | "persist"
  | "self";
