import { PersisterError } from "../persister/errors.ts";
import type { CatalogueEntry, ProblemCode } from "./catalogue-entry.ts";
import { preferred } from "./conversion.ts";
import { errorCatalogue } from "./error-catalogue.ts";
import type { HttpRequest, HttpResponse } from "./http-message.ts";

const plainText = "text/plain";
const html = "text/html";

/**
 * Returns the catalogue's entry for the code in the URL: as HTML if `Accept` prefers it, else as text.
 * Throws `no-error-code`.
 */
export function errorPageResponse({ headers, errorCode }: HttpRequest): HttpResponse {
  const entry = entryOf(errorCode);
  if (entry === undefined) throw new PersisterError("no-error-code", "No error has this code.");
  const isHtml = preferred(headers, [plainText, html]) === html;
  return {
    status: 200,
    headers: {
      "content-type": `${isHtml ? html : plainText}; charset=utf-8`,
      "cache-control": "no-store",
      vary: "Accept",
    },
    body: isHtml ? pageOf(errorCode, entry) : textOf(errorCode, entry),
  };
}

const textOf = (code: string, { status, title, when, hint }: CatalogueEntry) =>
  `${title} (${code}, ${status})\n\n${when}\nWhat to do: ${hint}\n`;

const pageOf = (code: string, { status, title, when, hint }: CatalogueEntry) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${code}: ${title}</title></head>
<body>
<h1>${title}</h1>
<p><code>${code}</code>, status ${status}</p>
<p>${markupOf(when)}</p>
<p>What to do: ${markupOf(hint)}</p>
</body>
</html>
`;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** The catalogue's Markdown holds code spans alone. */
const markupOf = (markdown: string) =>
  markdown.replace(/[&<>]/g, char => entities[char]!).replace(/`([^`]*)`/g, "<code>$1</code>");

/** Returns the entry of a code that may be unknown. */
export const entryOf = (code: string): CatalogueEntry | undefined =>
  Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as ProblemCode] : undefined;
