import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import * as z from "zod";

const text = z.object({ S: z.string() }).transform(({ S }) => S);
const number = z.object({ N: z.string() }).transform(({ N }) => Number(N));
/** 19 digits: beyond what a JavaScript number holds. */
const sequence = z.object({ N: z.string() }).transform(({ N }) => BigInt(N));

const storedBookmark = z.object({
  M: z.object({
    encoding: z.object({ S: z.enum(["json", "transit"]) }).transform(({ S }) => S),
    value: text.optional(),
    key: text.optional(),
    sha256: text.optional(),
  }),
});
export type StoredBookmark = z.infer<typeof storedBookmark>["M"];

const streamerItem = z
  .object({
    revision: number,
    fence: number,
    lastSequence: sequence,
    committedAt: number.optional(),
    lastDelivery: text.optional(),
    bookmark: storedBookmark.optional(),
    leaseDelivery: text.optional(),
    leaseUntil: number.optional(),
    leaseSequence: sequence.optional(),
  })
  .transform(({ leaseDelivery, leaseUntil, leaseSequence, bookmark, committedAt, ...item }) => ({
    ...item,
    committedAt: committedAt ?? 0,
    bookmark: bookmark?.M,
    lease:
      leaseDelivery === undefined || leaseUntil === undefined || leaseSequence === undefined
        ? undefined
        : { delivery: leaseDelivery, until: leaseUntil, firstSequence: leaseSequence },
  }));

/** A streamer's item. Times in ms since the epoch. */
export type StreamerItem = z.infer<typeof streamerItem>;

export const keyOf = (streamer: string) => ({ pk: { S: `streamer#${streamer}` }, sk: { S: "state" } });

/** Throws where the table holds something else. */
export const parseStreamer = (item: Record<string, AttributeValue>): StreamerItem => streamerItem.parse(item);
