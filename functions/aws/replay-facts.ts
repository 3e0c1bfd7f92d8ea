import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { sequence } from "./table.ts";

/** The attributes of the core's ReplayFacts. Items of the first version lack them. */
export const replayFacts = memoize(() => ({
  firstSequence: z.exactOptional(sequence()),
  records: z.exactOptional(z.number()),
  digest: z.exactOptional(z.string()),
  encoding: z.exactOptional(z.enum(["json", "transit"])),
  size: z.exactOptional(z.number()),
  destination: z.exactOptional(
    z.object({
      name: z.string(),
      clientId: z.exactOptional(z.number()),
      database: z.exactOptional(z.string()),
      schema: z.exactOptional(z.string()),
    }),
  ),
}));
