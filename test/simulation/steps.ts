/** What a call into the world is for: the steps of a delivery, and of what comes before and after it. */
export const steps = [
  "archive",
  "recall",
  "read",
  "history",
  "begin",
  "remember",
  "forward",
  "receipt",
  "bookmark",
  "commit",
  "release",
  "file",
  "change",
] as const;
export type Step = (typeof steps)[number];
