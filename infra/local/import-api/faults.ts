import * as z from "zod";

const fault = z.object({
  /** Responds with this status and stores nothing. */
  status: z.int().min(200).max(599).optional(),
  body: z.string().optional(),
  /** Drops the connection before or after the request is stored. */
  drop: z.enum(["before", "after"]).optional(),
});
export type SandboxFault = z.infer<typeof fault>;

/** The faults of the next requests, as JSON text. */
export const faultScript = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  })
  .pipe(z.object({ next: z.array(fault) }));
