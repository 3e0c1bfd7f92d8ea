import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { pageResponse } from "../../functions/http/page.ts";
import { buildPage } from "../../infra/page.ts";
import { textFiles } from "../workshop/tree.ts";

/** The status page as it is served. */
let text: string;
beforeAll(async () => {
  text = await buildPage();
});

const answer = (headers: Record<string, string> = {}, authorization: "token" | "jwt" | "iam" = "token") =>
  pageResponse({ headers: new Headers(headers) }, { text, authorization });
const bodyOf = (response: ReturnType<typeof pageResponse>) => String(response.body);

describe("the page", () => {
  it("is one document, whose policy allows its own script and style alone", () => {
    const { status, headers } = answer();
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    const policy = headers["content-security-policy"]!;
    for (const tag of ["script", "style"]) {
      const all = [...text.matchAll(new RegExp(`<${tag}[^>]*>`, "g"))];
      expect(all.map(([each]) => each)).toEqual([`<${tag}>`]);
      const inner = new RegExp(`<${tag}>([\\s\\S]*)</${tag}>`).exec(text)![1]!;
      const digest = createHash("sha256").update(inner).digest("base64");
      expect(policy).toContain(`${tag}-src 'sha256-${digest}';`);
    }
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toContain("unsafe");
    expect(policy).not.toMatch(/https?:/);
  });

  it("refers to nothing outside of itself", () => {
    const addresses = [...text.matchAll(/\b(?:https?:)?\/\/[\w.-]+/g)].map(([each]) => each);
    expect([...new Set(addresses)]).toEqual(["http://www.w3.org"]);
    expect(text).not.toMatch(/\b(src|srcset|action)=|url\(|@import|<link rel="(?!icon" href="data:)/);
  });

  it("has at most 60 kB gzipped", () => {
    const size = gzipSync(text, { level: 9 }).length;
    expect(size).toBeLessThanOrEqual(60_000);
    const [operations] = textFiles(/^docs\/operations\.md$/);
    const [, said] = /one document of (\d+) kB, gzipped/.exec(operations!.text)!;
    expect(Math.abs(Number(said) * 1_000 - size)).toBeLessThan(1_000);
    const zipped = answer({ "accept-encoding": "br, gzip" });
    expect(zipped.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(zipped.body as Uint8Array).toString()).toBe(bodyOf(answer()));
    expect(answer({ "accept-encoding": "gzip;q=0" }).headers["content-encoding"]).toBeUndefined();
  });

  it.each(["token", "jwt", "iam"] as const)("knows that callers have permissions by %s", authorization => {
    expect(bodyOf(answer({}, authorization))).toContain(
      `<html lang="en" data-authorization="${authorization}">`,
    );
  });

  it("is revalidated by its ETag, which depends on the authorization, too", () => {
    const { etag } = answer().headers;
    expect(answer().headers["cache-control"]).toBe("no-cache");
    expect(answer({ "if-none-match": etag! })).toMatchObject({ status: 304, body: "", headers: { etag } });
    expect(answer({ "if-none-match": etag! }, "jwt").status).toBe(200);
  });
});

it("no source of the page writes markup", () => {
  const markup =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(/;
  const sources = textFiles(/^functions\/page\/.*\.(ts|html)$/);
  expect(sources.length).toBeGreaterThan(10);
  expect(sources.filter(each => markup.test(each.text)).map(({ path }) => path)).toEqual([]);
  expect(["a.innerHTML = b", "document.write(x)"].filter(seed => !markup.test(seed))).toEqual([]);
});
