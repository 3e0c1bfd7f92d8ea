/** A streamer's revision as its ETag. */
export const etagOf = (revision: number) => `"${revision}"`;

/** What each header of an answer says; `?` where it is not always there. */
export const answerHeaders = {
  ETag: "The streamer's revision, in quotes.",
  "Last-Modified": "When the streamer's revision was committed.",
  Vary: "`Accept`: the same is answered in several forms.",
  "Cache-Control": "`no-store`, or `no-cache` where an ETag lets it be asked for again.",
  "Idempotency-Replayed": "`true`: the delivery was taken before, and nothing was done now.",
  "Retry-After": "Seconds after which to ask again.",
  "WWW-Authenticate": "`Bearer`",
} as const;
export type AnswerHeader = keyof typeof answerHeaders | `${keyof typeof answerHeaders}?`;
