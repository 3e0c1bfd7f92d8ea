import * as z from "zod/mini";

/** What answered is not the vendor's API but a login page, a proxy, another service: its address, and the mend. */
export class Stray extends Error {
  override readonly name = "Stray";
}

/** Records, whatever they hold. */
export const records = z.array(z.looseObject({}));

/** Whose API it is, and the settings that say where. */
export interface Api {
  readonly owner: string;
  readonly settings: string;
}

interface Answer {
  readonly url: string;
  readonly status: number;
  readonly body: unknown;
}

/**
 * Throws Stray for an answer that is not `page`. Clients take such a one for an empty page, and the bookmark would be ahead of its
 * records.
 */
export function checkPage(
  page: z.ZodMiniType,
  { url, status, body }: Answer,
  { owner, settings }: Api,
): void {
  if (z.safeParse(page, body).success) return;
  // Without the query, which may hold what is nobody's business, and a password.
  const { origin, pathname } = new URL(url);
  throw new Stray(
    `${origin}${pathname} answered ${status} with what is no page of ${owner}'s API
Is ${settings} right, and no proxy or login page in between?`,
  );
}

/** An answer's body, of which only `page` is checked; the answer can still be read. Rejects with Stray. */
export async function pageIn<T>(response: Response, page: z.ZodMiniType, api: Api): Promise<T> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  checkPage(page, { url: response.url, status: response.status, body }, api);
  return body as T;
}
