import * as z from "zod/mini";
import { errorCatalogue, type ProblemCode } from "./error-catalogue.ts";

/** What is answered: these type the answers, and are the OpenAPI document's. */

const natural = (says: string) => z.int().check(z.nonnegative(), z.describe(says));
const text = (says: string) => z.string().check(z.describe(says));
const instant = (says: string) => z.iso.datetime().check(z.describe(says));

const streamer = text("The streamer's name.");
const delivery = text("The delivery's id: ids stand in the order of time.");
const revision = natural("How many deliveries of this streamer, and changes by hand, have been committed.");
const archive = text("Where the body's bytes are, as received.");
const bookmarkMembers = {
  bookmark: z.optional(
    z.unknown().check(z.describe("The bookmark, verbatim: JSON, or transit, whose text is JSON text too.")),
  ),
  bookmarkType: z.optional(z.enum(["application/json", "application/transit+json"])),
};
const step = z.enum(["archive", "validate", "begin", "forward", "commit"]);
const counts = {
  records: natural("Records of the body."),
  ignored: natural("Messages of unknown types."),
  batches: natural("Requests that the Import API accepted."),
  bytes: natural("Of the body, unzipped."),
  milliseconds: z
    .partialRecord(step, z.int())
    .check(z.describe("How long each step took before the commit.")),
  bookmarkKept: z.optional(
    z
      .literal(true)
      .check(z.describe("A Singer body's last STATE is null or `{}`, and the bookmark before it was kept.")),
  ),
};
const streams = z
  .record(z.string(), z.int().check(z.nonnegative()))
  .check(z.describe("Records by stream; the first hundred, where `streamsTotal` is there."));
const streamsTotal = z.optional(
  natural("All streams of an answer that would be too large for Lambda with all of them."),
);

export const receiptSchema = z
  .object({ delivery, streamer, revision, ...counts, streams, streamsTotal, archive, ...bookmarkMembers })
  .check(z.meta({ id: "Receipt", description: "What became of a delivery that was committed." }));

export const stateSchema = z
  .object({ streamer, revision, ...bookmarkMembers })
  .check(z.meta({ id: "State", description: "A streamer after a change by hand." }));

const by = z.enum(["delivery", "rewind", "forget"]);
export const commitSchema = z.object({
  revision,
  committedAt: instant("When it was committed."),
  by,
  delivery: text("The delivery's id, or the change's."),
  ...bookmarkMembers,
});
export const historySchema = z
  .object({
    streamer,
    revision,
    next: z.optional(natural("`before` of the next page; absent on the last.")),
    history: z.array(commitSchema),
  })
  .check(z.meta({ id: "History", description: "What a streamer's bookmark was, newest first." }));

export const summarySchema = z.object({
  streamer,
  revision,
  committedAt: z.optional(instant("The last commit; absent before the first.")),
  bookmarkAge: z.optional(natural("Seconds since the bookmark was brought; absent where none stands.")),
  deliveries: natural("Deliveries that were committed whole."),
  records: natural("Their records."),
  inFlight: z.optional(
    z
      .object({ delivery, until: instant("When its lease ends.") })
      .check(z.describe("Who holds the streamer.")),
  ),
});
export const streamerSchema = z
  .object({
    ...summarySchema.shape,
    lastCommit: z.optional(z.object({ by, delivery: text("The delivery's id, or the change's.") })),
    ...bookmarkMembers,
  })
  .check(z.meta({ id: "Streamer", description: "A streamer at a glance, and its bookmark." }));
export const streamersSchema = z
  .object({
    next: z.optional(text("`after` of the next page; absent on the last.")),
    streamers: z.array(summarySchema),
  })
  .check(z.meta({ id: "Streamers", description: "Streamers by name." }));

export const statusSchema = z.object({
  delivery,
  receivedAt: instant("When it came."),
  outcome: z
    .enum(["committed", "failed", "unfinished"])
    .check(z.describe("`unfinished`: it never came to its end; send it again.")),
  archive,
  ...z.partial(z.object({ revision, ...counts })).shape,
  code: z.optional(text("Of a failed delivery: the error's code.")),
  detail: z.optional(text("Of a failed delivery: what was wrong, as the caller received it.")),
  hint: z.optional(text("Of a failed delivery: what to do.")),
});
export const deliverySchema = z
  .object({ streamer, ...statusSchema.shape, streams: z.optional(streams), streamsTotal, ...bookmarkMembers })
  .check(
    z.meta({ id: "Delivery", description: "What became of a delivery; its receipt where it was committed." }),
  );
export const deliveriesSchema = z
  .object({
    streamer,
    next: z.optional(text("`before` of the next page; absent on the last.")),
    deliveries: z.array(statusSchema),
  })
  .check(z.meta({ id: "Deliveries", description: "A streamer's deliveries, newest first." }));

export const healthSchema = z.object({ status: z.literal("ok") }).check(z.meta({ id: "Health" }));

const codes = Object.keys(errorCatalogue) as [ProblemCode];
export const problemSchema = z
  .object({
    type: text("`/v1/errors/<code>` of this endpoint, which explains the error."),
    title: text("The error in a few words."),
    status: z.int(),
    detail: text("What is wrong."),
    hint: text("What to do."),
    instance: text("The path asked for."),
    code: z
      .enum(codes)
      .check(z.describe("In order of precedence: if several errors apply, the first one is returned.")),
    delivery: z.optional(text("The delivery that was archived before it failed.")),
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
    errorsTotal: z.optional(natural("All there are: `errors` names the first hundred.")),
    revision: z.optional(revision),
    ...bookmarkMembers,
  })
  .check(z.meta({ id: "Problem", description: "An error: a problem document (RFC 9457)." }));
