import * as z from "zod/mini";

/** The schema of a streamer's days. */

const natural = (description: string) => z.int().check(z.nonnegative(), z.describe(description));
const text = (description: string) => z.string().check(z.describe(description));

const dayCounts = {
  records: natural("The records."),
  bytes: natural("The size of the records' texts, in bytes."),
};
export const daysSchema = z
  .object({
    streamer: text("The streamer's name."),
    days: z.array(
      z.object({
        date: z.iso.date().check(z.describe("The day of the commits, in UTC.")),
        ...dayCounts,
        streams: z
          .array(z.object({ stream: text("The stream's name."), ...dayCounts }))
          .check(z.describe("By name; of each delivery, its first hundred streams.")),
      }),
    ),
  })
  .check(z.meta({ id: "Days", description: "What a streamer delivered, by day, newest first." }));
