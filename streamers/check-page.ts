import { isLosslessNumber } from "lossless-json";
import * as z from "zod/mini";
import { parseJson } from "./json.ts";

/** A response from a login page, a proxy or another service instead of the vendor's API. */
export class UnexpectedResponse extends Error {
  override readonly name = "UnexpectedResponse";
}

/** A LosslessNumber is an object as well. */
const isRecord = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
const record = z.custom<Readonly<Record<string, unknown>>>(isRecord);
/** Records with any contents. */
export const records = z.array(record);

/** A vendor's API, and how to explain its errors. */
export interface Api {
  readonly owner: string;
  /** The base of its paths. */
  readonly url: string;
  /** The settings that define `url`, for messages. */
  readonly settings: string;
  /** Tells what to do about a refusal, by its status. */
  readonly hints: Readonly<Record<number, string>>;
  /** Returns whether a refusal means that there is nothing to read. */
  readonly saysEmpty?: (status: number, words: string) => boolean;
}

/** Removes the query, which may hold personal data, and the password. */
export function addressOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

export const unexpectedResponse = ({ url, status }: Response, { owner, settings }: Api) =>
  new UnexpectedResponse(
    `${addressOf(url)} answered ${status} with what is not a page of ${owner}'s API
Check ${settings} and that no proxy or login page is in between`,
  );

/**
 * Resolves to a response's body if it matches `page`, including members that `page` does not declare. Rejects
 * with UnexpectedResponse for any other: read as an empty page, it would move the bookmark past records that
 * were never read.
 */
export async function readPage<Page extends z.ZodMiniType>(
  response: Response,
  page: Page,
  api: Api,
): Promise<z.output<Page>> {
  const body = jsonOrUndefined(await response.text());
  if (!z.safeParse(page, body).success) throw unexpectedResponse(response, api);
  // The parsed body, because zod's copy lacks undeclared members.
  return body as z.output<Page>;
}

/** Parses JSON. Returns undefined for any other text. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
