import type { Days, Deliveries, Delivery, Problem, Streamer, Streamers, Token, Tokens } from "./answers.ts";

/** An answer that is not a success, or no answer at all: status 0. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.message ?? `The endpoint answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

interface Request {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Throttled, or a service of AWS that does not answer in time. */
const busy: readonly number[] = [429, 500, 503];
const attemptsMax = 3;
const waitMilliseconds = 1_000;

/** The endpoint's API with one token. Every call rejects with ApiError. */
export class Api {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  readonly streamers = (query: NonNullable<Request["query"]>) =>
    this.#json<Streamers>("v1/streamers", { query });
  readonly streamer = (name: string) => this.#json<Streamer>(pathOf(name));
  readonly deliveries = (name: string, before?: string) =>
    this.#json<Deliveries>(pathOf(name, "/deliveries"), { query: { limit: 10, before } });
  readonly delivery = (name: string, id: string) =>
    this.#json<Delivery>(pathOf(name, `/deliveries/${encodeURIComponent(id)}`));
  readonly days = (name: string) => this.#json<Days>(pathOf(name, "/days"));
  readonly tokens = (after?: string) => this.#json<Tokens>("v1/tokens", { query: { limit: 100, after } });
  readonly createToken = (grant: object) =>
    this.#json<Token & { readonly token: string }>("v1/tokens", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(grant),
    });
  readonly revokeToken = (id: string) =>
    this.#send(`v1/tokens/${encodeURIComponent(id)}`, { method: "DELETE" });

  /** Resolves to the text of a page of history: the bookmarks in it are read as they are written. */
  readonly history = (name: string, before?: number): Promise<string> =>
    this.#send(pathOf(name, "/bookmark/history"), { query: { limit: 11, before } });

  /** Sets the bookmark, or deletes it if `bookmark` is undefined, if the revision is still the one given. */
  readonly rewind = (name: string, revision: number, bookmark: { type: string; text: string } | undefined) =>
    this.#send(pathOf(name, "/bookmark"), {
      method: bookmark === undefined ? "DELETE" : "PUT",
      headers: { "if-match": `"${revision}"`, ...(bookmark && { "content-type": bookmark.type }) },
      ...(bookmark && { body: bookmark.text }),
    });

  async #json<T>(path: string, request?: Request): Promise<T> {
    return JSON.parse(await this.#send(path, request)) as T;
  }

  /** Sends a request. Repeats one that only reads while the endpoint is busy. */
  async #send(path: string, request: Request = {}): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#sendOnce(path, request);
      } catch (error) {
        const isBusy = error instanceof ApiError && busy.includes(error.status);
        if (!isBusy || request.method !== undefined || attempt === attemptsMax) throw error;
        await new Promise(resolve => setTimeout(resolve, attempt * waitMilliseconds));
      }
    }
  }

  async #sendOnce(path: string, { method = "GET", query = {}, headers, body }: Request): Promise<string> {
    const set = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const url = set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`;
    const init = {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...headers },
      cache: "no-store",
    };
    const { response, text } = await receive(url, {
      ...init,
      ...(body !== undefined && { body }),
    } as RequestInit);
    if (!response.ok) throw new ApiError(response.status, problemOf(text));
    if (text !== "" && !isJson(text)) throw new ApiError(response.status, notTheEndpoint);
    return text;
  }
}

/** Resolves to a whole answer. Rejects without one, or if it ends early. */
async function receive(url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init);
    return { response, text: await response.text() };
  } catch {
    throw new ApiError(0, { detail: "The endpoint does not answer." });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Such as the login page of a proxy. */
const notTheEndpoint: Problem = {
  title: "Not the endpoint's answer",
  detail: "Something between this browser and the endpoint answered instead, and not with JSON.",
  hint: "Sign in to the proxy or network in front of the endpoint, then try again.",
};

const pathOf = (name: string, rest = "") => `v1/streamers/${encodeURIComponent(name)}${rest}`;

function problemOf(text: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as Problem) : {};
  } catch {
    return {};
  }
}
