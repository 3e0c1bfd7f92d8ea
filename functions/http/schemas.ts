import * as z from "zod/mini";
import type { ProblemCode } from "./catalogue-entry.ts";
import { errorCatalogue } from "./error-catalogue.ts";

/** The schemas of responses. They type the responses and are in the OpenAPI document. */

const natural = (description: string) => z.int().check(z.nonnegative(), z.describe(description));
const text = (description: string) => z.string().check(z.describe(description));
const instant = (description: string) => z.iso.datetime().check(z.describe(description));

const streamer = text("The streamer's name.");
const delivery = text("The delivery's id. Ids sort by time.");
const revision = natural("How many of this streamer's deliveries and manual changes have been committed.");
const archive = text("Where the body is archived, as received.");
const bookmarkMembers = {
  bookmark: z.optional(
    z.unknown().check(z.describe("The bookmark, verbatim: JSON, or transit, which is JSON text too.")),
  ),
  bookmarkType: z.optional(z.enum(["application/json", "application/transit+json"])),
};
const step = z.enum(["archive", "validate", "begin", "forward", "commit"]);
const counts = {
  records: natural("The records in the body."),
  ignored: natural("The messages of unknown types."),
  batches: natural("The requests or transactions that the destination accepted."),
  bytes: natural("The size of the decompressed body."),
  milliseconds: z
    .partialRecord(step, z.int())
    .check(z.describe("How long each step before the commit took.")),
  bookmarkKept: z.optional(
    z
      .literal(true)
      .check(z.describe("A Singer body's last STATE is null or `{}`, so the previous bookmark was kept.")),
  ),
};
const streams = z
  .record(z.string(), z.int().check(z.nonnegative()))
  .check(z.describe("Records by stream; the first hundred if `streamsTotal` is present."));
const streamsTotal = z.optional(
  natural("How many streams there are, if the response would be too large for Lambda with all of them."),
);

const tables = z.optional(
  z
    .array(
      z.object({
        stream: text("The stream's name."),
        table: text("The table's name."),
        inserted: natural("The rows that were added."),
        updated: natural("The rows that were replaced by newer ones."),
        stale: natural("The records that were not written, as the table has newer or equal ones."),
        changes: z.array(z.string()).check(z.describe("The changes of the table itself.")),
      }),
    )
    .check(z.describe("The effect on each table, at most a hundred of them, with PostgreSQL.")),
);

export const receiptSchema = z
  .object({
    delivery,
    streamer,
    revision,
    ...counts,
    streams,
    streamsTotal,
    tables,
    archive,
    ...bookmarkMembers,
  })
  .check(z.meta({ id: "Receipt", description: "A committed delivery." }));

export const stateSchema = z
  .object({ streamer, revision, ...bookmarkMembers })
  .check(z.meta({ id: "State", description: "A streamer after a manual change." }));

const by = z.enum(["delivery", "rewind", "forget"]);
export const commitSchema = z.object({
  revision,
  committedAt: instant("The time of the commit."),
  by,
  delivery: text("The id of the delivery or the manual change."),
  ...bookmarkMembers,
});
export const historySchema = z
  .object({
    streamer,
    revision,
    next: z.optional(natural("`before` of the next page; absent on the last page.")),
    history: z.array(commitSchema),
  })
  .check(z.meta({ id: "History", description: "The commits of a streamer's bookmark, newest first." }));

export const summarySchema = z.object({
  streamer,
  revision,
  committedAt: z.optional(instant("The time of the last commit; absent before the first.")),
  bookmarkAge: z.optional(natural("The seconds since the bookmark was sent; absent if there is none.")),
  deliveries: natural("The deliveries that were committed whole."),
  records: natural("The records in these deliveries."),
  inFlight: z.optional(
    z
      .object({
        delivery,
        since: z.optional(instant("The beginning of its lease.")),
        segment: z.optional(natural("Which segment of its run it is, if its sender says so.")),
        until: instant("The end of its lease."),
      })
      .check(z.describe("The delivery that holds the streamer.")),
  ),
  expectedInterval: z.optional(
    natural("The seconds that are expected between bookmarks; absent before that is known."),
  ),
  staleAt: z.optional(instant("From when on the bookmark is stale, unless a new one is committed.")),
  state: z
    .enum(["stale", "failing", "running", "ok"])
    .check(
      z.describe(
        "`stale`: its bookmark is older than expected. `failing`: its last delivery failed. " +
          "`running`: a delivery is in flight. If several apply, the first is shown.",
      ),
    ),
  expectedEvery: z.optional(text("How often a bookmark is expected, from the streamer's settings.")),
  lastFailure: z.optional(
    z
      .object({
        at: instant("When the delivery failed."),
        delivery,
        code: text("The error's code."),
        hint: z.optional(text("What to do.")),
        line: z.optional(natural("The line of its first fault.")),
        stream: z.optional(z.string()),
        field: z.optional(z.string()),
        message: z.optional(text("What is wrong there.")),
      })
      .check(z.describe("The last delivery that failed, and its first fault. Long texts are cut.")),
  ),
});
export const streamerSchema = z
  .object({
    ...summarySchema.shape,
    lastCommit: z.optional(z.object({ by, delivery: text("The id of the delivery or the manual change.") })),
    ...bookmarkMembers,
  })
  .check(z.meta({ id: "Streamer", description: "A streamer's state and its bookmark." }));
export const streamersSchema = z
  .object({
    next: z.optional(text("`after` of the next page; absent on the last page.")),
    streamers: z.array(summarySchema),
  })
  .check(z.meta({ id: "Streamers", description: "Streamers, by name." }));

export const statusSchema = z.object({
  delivery,
  receivedAt: instant("The time of receipt."),
  outcome: z
    .enum(["committed", "failed", "unfinished"])
    .check(z.describe("`unfinished`: the delivery was interrupted; send it again.")),
  archive,
  ...z.partial(z.object({ revision, ...counts })).shape,
  code: z.optional(text("Of a failed delivery: the error's code.")),
  detail: z.optional(text("Of a failed delivery: what was wrong, as the caller received it.")),
  hint: z.optional(text("Of a failed delivery: what to do.")),
});
export const deliverySchema = z
  .object({ streamer, ...statusSchema.shape, streams: z.optional(streams), streamsTotal, ...bookmarkMembers })
  .check(
    z.meta({
      id: "Delivery",
      description: "A delivery's outcome: its receipt if it was committed, else its error.",
    }),
  );
export const deliveriesSchema = z
  .object({
    streamer,
    next: z.optional(text("`before` of the next page; absent on the last page.")),
    deliveries: z.array(statusSchema),
  })
  .check(z.meta({ id: "Deliveries", description: "A streamer's deliveries, newest first." }));

export const healthSchema = z.object({ status: z.literal("ok") }).check(z.meta({ id: "Health" }));

const codes = Object.keys(errorCatalogue) as [ProblemCode];
export const problemSchema = z
  .object({
    type: text("`/v1/errors/<code>` of this endpoint, which explains the error."),
    title: text("A short name of the error."),
    status: z.int(),
    detail: text("What is wrong."),
    hint: text("What to do."),
    instance: text("The path of the request."),
    code: z
      .enum(codes)
      .check(z.describe("In order of precedence: if several errors apply, the first one is returned.")),
    delivery: z.optional(text("The delivery, if it was archived before it failed.")),
    archive: z.optional(archive),
    limit: z.optional(z.int()),
    actual: z.optional(z.int()),
    inFlight: z.optional(text("The delivery that holds the streamer.")),
    errors: z.optional(
      z.array(
        z.object({
          line: z.int().check(z.minimum(1), z.describe("1-based.")),
          stream: z.optional(z.string()),
          field: z.optional(z.string()),
          message: z.string(),
        }),
      ),
    ),
    errorsTotal: z.optional(natural("How many faults there are; `errors` names the first hundred.")),
    revision: z.optional(revision),
    ...bookmarkMembers,
  })
  .check(z.meta({ id: "Problem", description: "An error: a problem document (RFC 9457)." }));
