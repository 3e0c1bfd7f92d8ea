import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";

/** The parts of an OpenAPI document with which answers are compared. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
}

interface OperationObject {
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

interface MediaType {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface ResponseObject {
  readonly headers: Readonly<Record<string, { readonly required: boolean }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

/** Headers of HTTP and of the gateway. */
const transport =
  /^(date|connection|keep-alive|content-length|content-type|transfer-encoding|apigw-requestid)$/;

const pointer = (...parts: string[]) =>
  parts.map(part => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Compares answers with the document, and records which parts of it occurred. */
export class Contract {
  readonly document: Document;
  readonly #ajv = new Ajv2020({ strict: false });
  /** "POST /v1/streamers/{streamer} 200", followed by a header's name or an error's code. */
  readonly seen = new Set<string>();

  constructor(document: Document) {
    this.document = document;
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema(document, "openapi");
  }

  /** Everything in the document. */
  documented(): string[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses).flatMap(([status, { headers, content }]) => {
          const answer = `${method.toUpperCase()} ${path} ${status}`;
          const codes = Object.values(content ?? {}).flatMap(codesOf);
          return [answer, ...[...Object.keys(headers), ...codes].map(each => `${answer} ${each}`)];
        }),
      ),
    );
  }

  /** Compares an answer of `route` with the document. */
  async check(route: string, response: Response): Promise<void> {
    const [method, path] = route.split(" ") as [string, string];
    const { status } = response;
    const documented = this.document.paths[path]?.[method.toLowerCase()]?.responses[status];
    expect(documented, `${route} answers ${status}: ${await response.clone().text()}`).toBeDefined();
    const answer = `${route} ${status}`;
    this.seen.add(answer);
    this.#checkHeaders(answer, response.headers, documented!);
    const at = ["paths", path, method.toLowerCase(), "responses", String(status), "content"];
    await this.#checkBody(answer, at, response, documented!);
  }

  #checkHeaders(answer: string, headers: Headers, { headers: documented }: ResponseObject): void {
    for (const [name, { required }] of Object.entries(documented)) {
      if (headers.has(name)) this.seen.add(`${answer} ${name}`);
      else expect(required, `${answer} has no ${name}`).toBe(false);
    }
    const known = Object.keys(documented).map(name => name.toLowerCase());
    const others = [...headers.keys()].filter(name => !transport.test(name) && !known.includes(name));
    expect(others, `${answer} has undocumented headers`).toEqual([]);
  }

  async #checkBody(
    answer: string,
    at: readonly string[],
    response: Response,
    { content = {} }: ResponseObject,
  ): Promise<void> {
    const text = await response.text();
    const types = Object.keys(content);
    if (types.length === 0) return expect(text).toBe("");
    const type = response.headers.get("content-type")!.split(";")[0]!;
    expect(types, answer).toContain(type);
    const value: unknown = type.endsWith("json") ? JSON.parse(text) : text;
    const validate = this.#ajv.getSchema(`openapi#${pointer(...at, type, "schema")}`)!;
    expect(validate(value), `${answer}: ${JSON.stringify(validate.errors)} ${text}`).toBe(true);
    const { code } = value as { code?: unknown };
    if (response.status >= 400) this.seen.add(`${answer} ${String(code)}`);
  }
}

/** The error codes in a problem's schema. */
function codesOf({ schema }: MediaType): readonly string[] {
  const { allOf = [] } = schema as { allOf?: { properties?: { code?: { enum?: string[] } } }[] };
  return allOf.flatMap(({ properties }) => properties?.code?.enum ?? []);
}
