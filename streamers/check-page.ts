import { isLosslessNumber } from "lossless-json";
import * as z from "zod/mini";
import { parseJson } from "./json.ts";

/**
 * The answer is not from the vendor's API but from a login page, a proxy, another service: its address, and
 * what to check.
 */
export class Stray extends Error {
  override readonly name = "Stray";
}

/** A number that keeps its text is an object, too. */
const isRecord = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
const record = z.custom<Readonly<Record<string, unknown>>>(isRecord);
/** Records, whatever they hold. */
export const records = z.array(record);

/** Whose API it is, and what its answers mean. */
export interface Api {
  readonly owner: string;
  /** What its paths are appended to. */
  readonly url: string;
  /** The settings that say where it is. */
  readonly settings: string;
  /** What a person does about a refusal, by its status. */
  readonly hints: Readonly<Record<number, string>>;
  /** True where a refusal says that there is nothing to read. */
  readonly saysEmpty?: (status: number, words: string) => boolean;
}

/** Without the query, which may hold personal data, and a password. */
export function addressOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

export const strayOf = ({ url, status }: Response, { owner, settings }: Api) =>
  new Stray(
    `${addressOf(url)} answered ${status} with what is not a page of ${owner}'s API
Check ${settings} and that no proxy or login page is in between`,
  );

/**
 * An answer's body, of which only `page` is checked. Rejects with Stray for any other answer: taken for an
 * empty page, it would move the bookmark past records that were never read.
 */
export async function pageIn<Page extends z.ZodMiniType>(
  response: Response,
  page: Page,
  api: Api,
): Promise<z.output<Page>> {
  const body = jsonIn(await response.text());
  if (!z.safeParse(page, body).success) throw strayOf(response, api);
  // As it was parsed, and not zod's copy.
  return body as z.output<Page>;
}

/** Undefined for what is not JSON. */
export function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
