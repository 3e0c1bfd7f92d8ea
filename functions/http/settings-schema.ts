import * as z from "zod/mini";
import { durationMilliseconds } from "../persister/duration.ts";
import { expectedMillisecondsMax, expectedMillisecondsMin } from "../persister/limits.ts";

const expectedInterval =
  "an ISO 8601 duration from PT1M to P3650D: weeks, P2W, or days, hours, minutes and seconds, P1DT12H";
function isExpectedInterval(text: string): boolean {
  const milliseconds = durationMilliseconds(text) ?? 0;
  return milliseconds >= expectedMillisecondsMin && milliseconds <= expectedMillisecondsMax;
}

const expectedEvery = z
  .string()
  .check(
    z.refine(isExpectedInterval, expectedInterval),
    z.describe(`How often a bookmark is expected: ${expectedInterval}.`),
  );
/** A streamer's settings: checks requests, and is in the OpenAPI document. */
export const settingsSchema = z
  .strictObject({ expectedEvery: z.optional(expectedEvery) })
  .check(z.meta({ id: "Settings", description: "A streamer's settings, which an operator sets." }));
