import type * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";

/** Which part of a list a query asks for. Throws `bad-query`, which names the parameter. */
export function pageOf<T extends z.ZodMiniObject>(query: URLSearchParams, schema: T): z.infer<T> {
  const asked = schema.safeParse(Object.fromEntries(query));
  if (asked.success) return asked.data;
  const [{ path, message }] = asked.error.issues as [z.core.$ZodIssue];
  throw new PersisterError("bad-query", `\`${path.join(".")}\` must be ${message}.`);
}
