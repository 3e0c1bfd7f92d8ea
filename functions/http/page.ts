import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { HttpRequest, HttpResponse } from "./http-message.ts";

/** The status page as it was bundled, and what decides a caller's permissions, which it must know. */
export interface Page {
  /** HTML with one inline script and one inline style. */
  readonly text: string;
  readonly authorization: "token" | "jwt" | "iam";
}

/** Returns the status page, gzipped if the caller accepts that, or 304. */
export function pageResponse({ headers }: Pick<HttpRequest, "headers">, page: Page): HttpResponse {
  const text = page.text.replace('data-authorization=""', `data-authorization="${page.authorization}"`);
  const etag = `"${digestOf(text, "hex").slice(0, 32)}"`;
  const validators = { etag, "cache-control": "no-cache", vary: "Accept-Encoding" };
  if (headers.get("if-none-match")?.includes(etag)) return { status: 304, headers: validators, body: "" };
  const isZipped = acceptsGzip(headers.get("accept-encoding") ?? "");
  return {
    status: 200,
    headers: {
      ...validators,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policyOf(text),
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      ...(isZipped && { "content-encoding": "gzip" }),
    },
    // API Gateway does not compress.
    body: isZipped ? gzipSync(text, { level: 9 }) : text,
  };
}

/** A weight of 0 refuses it: RFC 9110 section 12.5.3. */
const acceptsGzip = (accepted: string) => /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accepted);

/**
 * Returns a policy that allows the page's own script and style by their digests, and requests to its own
 * endpoint. Trusted types keep the script from writing markup.
 * www.w3.org/TR/CSP3, w3c.github.io/trusted-types
 */
function policyOf(text: string): string {
  const digests = (tag: string) =>
    [...text.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))]
      .map(([, inner]) => `'sha256-${digestOf(inner!, "base64")}'`)
      .join(" ");
  return [
    "default-src 'none'",
    `script-src ${digests("script")}`,
    `style-src ${digests("style")}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

const digestOf = (text: string, encoding: "hex" | "base64") =>
  createHash("sha256").update(text).digest(encoding);
